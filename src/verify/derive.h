// From the model to its protocols: each a small transition system, sums that need no search, and
// the changes to the model that may repair what fails. Nothing is written for it but the model.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "check/call_graph.h"
#include "model/architecture.h"
#include "verify/explore.h"
#include "verify/system.h"

namespace scantling::verify {

// A property that arithmetic decides.
struct Sum {
  std::string property;  // "quorum-overlap"
  std::string element;   // path
  Outcome outcome = Outcome::Holds;
  std::string text;  // the sum: "2 read + 1 written <= 3 copies"
};

// A model while it is being repaired. Says whether a repair went beyond what was open.
struct Mender {
  Architecture& model;
  Provenance from{Origin::Assumed, {}, {}};  // of what it sets
  bool overrules = false;                    // something given, or measured, was changed
  bool foreign = false;                      // something that only another's owner can change

  template <class T>
  void set(Field<T>& field, T value) {
    overrules |= field.fixed();
    field = Field<T>(std::move(value), from);
  }
  template <class T>
  void clear(Field<T>& field) {
    overrules |= field.fixed();
    field = {};
  }
};

// A change of the model that may make a property hold. `verify` applies it to a copy, derives the
// protocol again and searches it before anybody is told about it.
struct Repair {
  std::string property;
  std::string text;     // "tombstone: true"
  std::string element;  // path of what it changes: "sagas.place.steps[0]"
  std::function<void(Mender&)> apply;
  bool last = false;  // changes the order of what the others change
};

struct Protocol {
  System system;  // without rules: there are sums only
  std::vector<Sum> sums;
  std::vector<Repair> repairs;
  Span span;       // of the element that it is about
  int source = 0;  // which derivation made it
  int runs = 0;    // as it was asked of the derivation

  bool has_property(std::string_view name) const;
};

struct Derivation {
  const Architecture& model;
  const CallGraph& calls;
  std::vector<Protocol>& out;
  std::vector<std::string>& left_out;  // "saga x has more than 12 steps"
  int runs = 0;  // of a saga at once; 0: two where they meet, and one that stands for any number
};

// Every protocol of the model, in its order; what can't be derived is said in `left_out`.
std::vector<Protocol> derive(const Architecture& model, std::vector<std::string>& left_out,
                             int runs = 0);
// Only those of one derivation, as Protocol::source names it.
std::vector<Protocol> derive_again(const Architecture& model, int source, int runs = 0);

// --- one a file: what each derives ---
void derive_sagas(const Derivation& d);      // sagas, orchestrated and choreographed
void derive_isolation(const Derivation& d);  // what one saga reads of another
void derive_repeats(const Derivation& d);    // endpoints that are asked twice
void derive_events(const Derivation& d);     // changes and the events about them
void derive_consumers(const Derivation& d);  // order, poison messages
void derive_failover(const Derivation& d);   // stores with a leader and copies
void derive_votes(const Derivation& d);      // stores whose copies elect a leader
void derive_replicas(const Derivation& d);   // an endpoint that reads what it has written
void derive_quorums(const Derivation& d);    // stores read and written by quorum
void derive_freshness(const Derivation& d);  // how old an answer may be
void derive_locks(const Derivation& d);      // leases
void derive_writers(const Derivation& d);    // reads and the writes that follow from them
void derive_pools(const Derivation& d);      // synchronous cycles over bounded pools
void derive_merges(const Derivation& d);     // replicated data types

}  // namespace scantling::verify
