package web

import (
	"context"
	"encoding/json"
	"errors"
	stdlog "log"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"
)

// Limits of what whoever connects can take.
const (
	maxFollowers = 16
	maxHead      = 16 << 10         // bytes of a request's head
	reading      = 10 * time.Second // for a request
	writing      = 30 * time.Second // for a line that is taken slowly
	idle         = time.Minute
	parting      = 500 * time.Millisecond // for answers that are under way when the gateway stops
)

// server answers requests.
type server struct {
	ports     Ports
	followers chan struct{} // has an element for each request that does not end by itself
}

// Serve answers requests on l until ctx ends, and closes l.
func Serve(ctx context.Context, l net.Listener, ports Ports, log zerolog.Logger) error {
	s := &server{ports: ports, followers: make(chan struct{}, maxFollowers)}
	asking, stop := context.WithCancel(ctx)
	defer stop()
	h := http.Server{
		Handler:           s.handler(),
		MaxHeaderBytes:    maxHead,
		ReadHeaderTimeout: reading,
		ReadTimeout:       reading,
		IdleTimeout:       idle,
		ErrorLog:          stdlog.New(log.With().Str("level", "debug").Logger(), "", 0),
		BaseContext:       func(net.Listener) context.Context { return asking },
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		<-asking.Done()
		leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
		defer cancel()
		if h.Shutdown(leaving) != nil {
			_ = h.Close()
		}
	}()
	err := h.Serve(l)
	stop()
	<-closed
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/ports", s.listPorts)
	mux.HandleFunc("GET /v1/ports/{name}/entries", s.portEntries)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "there is nothing at "+r.Method+" "+r.URL.Path)
	})
	return mux
}

// refusal is the body of an answer that says no.
type refusal struct {
	Error string `json:"error"`
}

func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(refusal{why})
}
