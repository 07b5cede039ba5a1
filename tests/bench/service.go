// A service as it is usually linked, for its size: HTTP, JSON, templates, regular expressions.
package main

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"regexp"
)

var page = template.Must(template.New("page").Parse("<p>{{.}}</p>\n"))

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { page.Execute(w, r.URL.Path) })
	words := regexp.MustCompile(`\w+`).FindAllString("a service of some size", -1)
	json.NewEncoder(os.Stdout).Encode(words)
	_, pattern := mux.Handler(&http.Request{Method: "GET"})
	fmt.Println(pattern)
}
