// A plain Go command: arguments, environment, files, goroutines, the garbage collector.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"
)

func main() {
	names := append([]string(nil), os.Args[1:]...)
	sort.Strings(names)
	fmt.Println("arguments:", strings.Join(names, " "), "WHO:", os.Getenv("WHO"))

	data, err := os.ReadFile("/data/input.txt")
	fmt.Println("file:", strings.Count(string(data), "\n"), "lines,", len(data), "bytes", err)
	_, err = os.ReadFile("/data/absent.txt")
	fmt.Println("absent:", os.IsNotExist(err))

	var wait sync.WaitGroup
	sums := make([]int, 8)
	for i := range sums {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for j := 0; j < 100; j++ {
				sums[i] += len(make([]byte, j)) // little enough that the heap does not grow: the reference's adapter has pages in its way
			}
		}()
	}
	wait.Wait()
	fmt.Println("sums:", sums)
}
