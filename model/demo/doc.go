// Package demo invents graduates: valid in every rule, and nobody. Schools have
// codes that no school has, ID numbers begin with 99, a region that does not
// exist, so that no real person's number is ever hit, and phones begin with
// 1990000. It serves the sandbox, seed, benchmarks and tests.
package demo
