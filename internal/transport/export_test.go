package transport

// RetryAfter is for a fuzz test that a whole call would slow down.
var RetryAfter = retryAfter
