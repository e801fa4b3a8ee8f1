// Package bench measures what the SDK costs beside what the same work costs by hand. It is
// benchmarks, and tests that hold what of it does not depend on the machine: see BENCHMARKS.md.
package bench
