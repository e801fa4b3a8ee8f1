// Package version holds the version of the module, for the User-Agent header.
package version

// Module is the version of this module.
const Module = "0.1.0"
