// The weighted graph of entities, built from layers of evidence that are each normalised to sum 1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "boundaries/boundaries.h"
#include "boundaries/graph.h"

namespace scantling::boundaries {

// Functionalities that touch more entities than this add no co-access pairs (their weight per pair
// would be below 1/1000 and their number a million); they still count in every other way.
inline constexpr int widest_functionality = 1000;

// Co-access of one functionality: pairs of its entities, weighing rate / (k - 1) times 1, 2 or 3
// for read-read, read-write and write-write.
std::vector<Edge> co_access_edges(const Functionality& functionality);

// Each layer by itself, not yet normalised.
std::vector<Edge> co_access_layer(const Input& input);
std::vector<Edge> sequence_layer(const Input& input);  // ln(1 + steps from one to the other)
std::vector<Edge> relation_layer(const Input& input);
std::vector<Edge> co_change_layer(const Input& input);
std::vector<Edge> team_layer(const Input& input);
std::vector<Edge> name_layer(const Input& input);  // cosine of shared words, rare words count more

Graph layered_graph(const Input& input, const LayerWeights& weights);

// "ClassificationGameRound" -> classification, game, round.
std::vector<std::string> name_words(std::string_view name);

}  // namespace scantling::boundaries
