// An echo server on the listening socket that it is given: the descriptor after the preopened directories. Ends after as many connections as it is told.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
)

func main() {
	number, _ := strconv.Atoi(os.Args[1])
	connections, _ := strconv.Atoi(os.Args[2])
	listener, err := net.FileListener(os.NewFile(uintptr(number), "listener"))
	if err != nil {
		fmt.Println("no listener:", err)
		os.Exit(1)
	}
	fmt.Println("listening")
	var wait sync.WaitGroup
	for i := 0; i < connections; i++ {
		conn, err := listener.Accept()
		if err != nil {
			fmt.Println("accept:", err)
			os.Exit(1)
		}
		wait.Add(1)
		go func() {
			defer wait.Done()
			n, err := io.Copy(conn, conn)
			fmt.Println("echoed", n, err)
			conn.Close()
		}()
	}
	wait.Wait()
	fmt.Println("done")
}
