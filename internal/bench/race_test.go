//go:build race

package bench_test

// raceEnabled: the race detector allocates by itself, and keeps what is freed.
const raceEnabled = true
