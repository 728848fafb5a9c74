//go:build tools

// Package vegeta names what `make lab-check` builds: the load generator vegeta, at the version in
// go.mod, with go.sum holding the hash of every module it is made of.
package vegeta

import _ "github.com/tsenart/vegeta/v12"
