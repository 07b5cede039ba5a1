// As memory.c, for Go: its heap grows behind the memory that it began with, page by page as it counts them.
package main

import (
	"fmt"
	"os"
)

var kept [2][][]byte

func fill(n int) int {
	for i := 0; i < 40; i++ {
		piece := make([]byte, 1<<20)
		for j := range piece {
			piece[j] = 0xff
		}
		kept[n] = append(kept[n], piece)
	}
	return 1
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

func intact() bool {
	for _, pieces := range kept {
		for _, piece := range pieces {
			for _, b := range piece {
				if b != 0xff {
					return false
				}
			}
		}
	}
	return true
}

func main() {
	fmt.Println("filled:", fill(0))
	fmt.Println("environment:", os.Getenv("WHO"))
	data, err := os.ReadFile("/data/input.txt")
	fmt.Println("read:", yes(len(data) > 0 && err == nil))
	var files []*os.File
	for i := 0; i < 200; i++ {
		file, err := os.Open("/data/input.txt")
		if err != nil {
			break
		}
		files = append(files, file)
	}
	fmt.Println("open:", yes(len(files) >= 200))
	fmt.Println("filled again:", fill(1))
	good := 0
	for _, file := range files {
		var b [1]byte
		if n, _ := file.ReadAt(b[:], 0); n == 1 && file.Close() == nil {
			good++
		}
	}
	fmt.Println("read of all:", yes(good == len(files)))
	fmt.Println("intact:", yes(intact()))
}
