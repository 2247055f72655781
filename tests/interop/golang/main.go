// Reads our log with golang.org/x/mod/sumdb, which knows nothing of us: the note, every tile that
// proofs need, our proofs, and, the other way round, a note of its own for us to open.
package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proofs struct {
	Size      int64
	Roots     map[string]string
	Inclusion []struct {
		Index int64
		Leaf  string
		Proof []string
	}
	Consistency []struct {
		Old   int64
		Proof []string
	}
}

// files reads tiles where C2SP tlog-tiles puts them: as in the sumdb, without the tile's height.
type files struct{ folder string }

func (f files) Height() int { return 8 }

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(tiles))
	for at, tile := range tiles {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		body, err := os.ReadFile(filepath.Join(f.folder, path))
		if err != nil {
			return nil, err
		}
		found[at] = body
	}
	return found, nil
}

func (f files) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func main() {
	log.SetFlags(0)
	folder := os.Args[1]
	var given proofs
	must(json.Unmarshal(read(folder, "proofs.json"), &given))
	tree := opened(folder, given.Size)
	old := opened(folder, 70000)
	reader := tlog.TileHashReader(tree, files{folder})
	checks := 2
	for _, one := range given.Inclusion {
		leaf := hashOf(one.Leaf)
		must(tlog.CheckRecord(hashes(one.Proof), tree.N, tree.Hash, one.Index, leaf))
		theirs, err := tlog.ProveRecord(tree.N, one.Index, reader)
		must(err)
		same(hashes(one.Proof), theirs)
		if tlog.CheckRecord(hashes(one.Proof), tree.N, old.Hash, one.Index, leaf) == nil {
			log.Fatalf("the proof of leaf %d fits another tree", one.Index)
		}
		checks += 3
	}
	for _, one := range given.Consistency {
		root := hashOf(given.Roots[strconv.FormatInt(one.Old, 10)])
		must(tlog.CheckTree(hashes(one.Proof), tree.N, tree.Hash, one.Old, root))
		theirs, err := tlog.ProveTree(tree.N, one.Old, reader)
		must(err)
		same(hashes(one.Proof), theirs)
		checks += 2
	}
	answer(folder)
	fmt.Printf("%d proofs and notes\n", checks)
}

// opened is the tree that a checkpoint of ours tells, signed by our key.
func opened(folder string, size int64) tlog.Tree {
	verifier, err := note.NewVerifier(string(read(folder, "vkey")))
	must(err)
	found, err := note.Open(read(folder, fmt.Sprintf("checkpoint-%d", size)), note.VerifierList(verifier))
	must(err)
	lines := strings.Split(found.Text, "\n")
	if lines[0] != verifier.Name() || lines[1] != strconv.FormatInt(size, 10) {
		log.Fatalf("this is another checkpoint: %q", found.Text)
	}
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

// answer writes a note of a new key for us to open.
func answer(folder string) {
	secret, public, err := note.GenerateKey(rand.Reader, "go.example/log")
	must(err)
	signer, err := note.NewSigner(secret)
	must(err)
	text := "go.example/log\n1\n" + tlog.RecordHash([]byte("leaf")).String() + "\n"
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	must(err)
	must(os.WriteFile(filepath.Join(folder, "go-note"), signed, 0o644))
	must(os.WriteFile(filepath.Join(folder, "go-vkey"), []byte(public), 0o644))
}

func read(folder, name string) []byte {
	body, err := os.ReadFile(filepath.Join(folder, name))
	must(err)
	return body
}

func hashOf(written string) tlog.Hash {
	body, err := hex.DecodeString(written)
	must(err)
	var found tlog.Hash
	if copy(found[:], body) != tlog.HashSize {
		log.Fatalf("no hash: %s", written)
	}
	return found
}

func hashes(written []string) []tlog.Hash {
	found := make([]tlog.Hash, len(written))
	for at, one := range written {
		found[at] = hashOf(one)
	}
	return found
}

func same(ours, theirs []tlog.Hash) {
	if fmt.Sprint(ours) != fmt.Sprint(theirs) {
		log.Fatalf("other proofs: %v and %v", ours, theirs)
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
