//go:build race

package receivable_test

const raceDetector = true
