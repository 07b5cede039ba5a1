// The smallest program of Go that prints: mostly its runtime.
package main

import "fmt"

func main() { fmt.Println("Hello, world!") }
