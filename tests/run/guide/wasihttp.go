// net/http on top of wasi:http: what arrives becomes an *http.Request, what a handler writes an outgoing response, and Get asks others.
package export_wasi_http_incoming_handler

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	. "go.bytecodealliance.org/pkg/wit/types"
	"wit_component/wasi_http_outgoing_handler"
	"wit_component/wasi_http_types"
	"wit_component/wasi_io_streams"
)

type body struct {
	incoming *wasi_http_types.IncomingBody
	stream   *wasi_io_streams.InputStream
}

func (b *body) Read(to []byte) (int, error) {
	if len(to) == 0 {
		return 0, nil
	}
	read := b.stream.BlockingRead(uint64(len(to)))
	if read.IsErr() {
		failure := read.Err()
		if failure.Tag() == wasi_io_streams.StreamError_Closed {
			return 0, io.EOF
		}
		return 0, errors.New("the stream broke off")
	}
	return copy(to, read.Ok()), nil
}

func (b *body) Close() error {
	b.stream.Drop()
	b.incoming.Drop()
	return nil
}

func openBody(incoming *wasi_http_types.IncomingBody) *body {
	return &body{incoming, incoming.Stream().Ok()}
}

var methods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

func methodOf(m wasi_http_types.Method) string {
	if int(m.Tag()) < len(methods) {
		return methods[m.Tag()]
	}
	return m.Other()
}

func headerOf(fields *wasi_http_types.Fields) http.Header {
	header := http.Header{}
	for _, entry := range fields.Entries() {
		header.Add(entry.F0, string(entry.F1))
	}
	fields.Drop()
	return header
}

func fieldsOf(header http.Header) *wasi_http_types.Fields {
	fields := wasi_http_types.MakeFields()
	for name, values := range header {
		for _, value := range values {
			fields.Append(strings.ToLower(name), []byte(value))
		}
	}
	return fields
}

func requestOf(incoming *wasi_http_types.IncomingRequest) (*http.Request, error) {
	path := incoming.PathWithQuery().SomeOr("/")
	request, err := http.NewRequest(methodOf(incoming.Method()), "http://"+incoming.Authority().SomeOr("localhost")+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header = headerOf(incoming.Headers())
	request.Body = openBody(incoming.Consume().Ok())
	return request, nil
}

// What a handler writes is collected: its size is known then, and headers may come late.
type answer struct {
	header http.Header
	status int
	bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) send(out *wasi_http_types.ResponseOutparam) {
	response := wasi_http_types.MakeOutgoingResponse(fieldsOf(a.header))
	if a.status != 0 {
		response.SetStatusCode(uint16(a.status))
	}
	outgoing := response.Body().Ok()
	wasi_http_types.ResponseOutparamSet(out, Ok[*wasi_http_types.OutgoingResponse, wasi_http_types.ErrorCode](response))
	stream := outgoing.Write().Ok()
	for chunk := a.Next(4096); len(chunk) > 0; chunk = a.Next(4096) {
		if stream.BlockingWriteAndFlush(chunk).IsErr() {
			break
		}
	}
	stream.Drop()
	wasi_http_types.OutgoingBodyFinish(outgoing, None[*wasi_http_types.Fields]())
}

// Get asks another server.
func Get(address string) (int, []byte, error) {
	to, err := url.Parse(address)
	if err != nil {
		return 0, nil, err
	}
	request := wasi_http_types.MakeOutgoingRequest(wasi_http_types.MakeFields())
	request.SetScheme(Some(wasi_http_types.MakeSchemeHttp()))
	request.SetAuthority(Some(to.Host))
	request.SetPathWithQuery(Some(to.RequestURI()))
	sent := wasi_http_outgoing_handler.Handle(request, None[*wasi_http_types.RequestOptions]())
	if sent.IsErr() {
		return 0, nil, errors.New("the request could not be sent")
	}
	future := sent.Ok()
	ready := future.Subscribe()
	ready.Block()
	ready.Drop()
	got := future.Get().Some().Ok()
	future.Drop()
	if got.IsErr() {
		return 0, nil, errors.New("no answer came")
	}
	response := got.Ok()
	content := openBody(response.Consume().Ok())
	text, err := io.ReadAll(content)
	status := int(response.Status())
	content.Close()
	response.Drop()
	return status, text, err
}

// Handle serves one request.
func Handle(incoming *wasi_http_types.IncomingRequest, out *wasi_http_types.ResponseOutparam) {
	answer := &answer{header: http.Header{}}
	request, err := requestOf(incoming)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
	} else {
		mux.ServeHTTP(answer, request)
		request.Body.Close()
	}
	incoming.Drop()
	answer.send(out)
}
