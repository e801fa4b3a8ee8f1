//go:build !race

package onpremise_test

const raceEnabled = false
