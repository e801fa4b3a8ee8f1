//go:build race

package onpremise_test

const raceEnabled = true
