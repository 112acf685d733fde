#include "generate/write.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "generate/merge.h"
#include "source/source.h"

namespace scantling::generate {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kManifest = ".scantling/manifest.json";
constexpr std::string_view kBase = ".scantling/base/";

struct Manifest {
  std::vector<std::string> targets;
  std::vector<std::string> paths;  // generated ones
};

bool exists(const std::string& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error)) && !error;
}

// No part of `path` below the folder may be a symbolic link: it could lead out of it.
Expected<void> refuse_links(const std::string& folder, std::string_view path) {
  std::string at = folder;
  for (const std::string_view part : split(path, '/')) {
    at += "/" + std::string(part);
    std::error_code error;
    if (fs::is_symlink(fs::symlink_status(at, error)))
      return fail("cannot write " + at + ": it is a symbolic link, which may lead out of " +
                  folder);
  }
  return {};
}

std::optional<std::string> read(const std::string& path) {
  if (!exists(path)) return std::nullopt;
  auto text = disk().read(path);
  if (!text) return std::nullopt;
  return std::move(*text);
}

Expected<Manifest> read_manifest(const std::string& folder) {
  Manifest out;
  const std::string path = folder + "/" + std::string(kManifest);
  const auto text = read(path);
  if (!text) return out;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object() || json.value("schema", "") != "scantling.generated/1" ||
      !json.contains("files") || !json["files"].is_array() || !json.contains("targets") ||
      !json["targets"].is_array())
    return fail(path + " is not a manifest of scantling generate; remove it to begin anew");
  for (const auto& target : json["targets"])
    if (target.is_string()) out.targets.push_back(target.get<std::string>());
  for (const auto& file : json["files"]) {
    if (!file.is_object() || !file.contains("path") || !file["path"].is_string()) continue;
    const auto name = file["path"].get<std::string>();
    // A manifest may have been tampered with: what it names is only removed inside the folder.
    if (safe_path(name)) out.paths.push_back(name);
  }
  return out;
}

std::string manifest_text(const Output& out, const WriteOptions& options) {
  Value files = Value::empty_list();
  for (const auto& [path, file] : out.files()) {
    if (file.ownership != Ownership::Generated) continue;
    files.add(map({{"path", path}, {"target", file.target}, {"hash", hex16(fnv1a(file.text))}}));
  }
  return to_json(map({{"schema", "scantling.generated/1"},
                      {"model", options.model_hash},
                      {"targets", list_of(options.targets)},
                      {"files", std::move(files)}}));
}

class Writer {
 public:
  Writer(const Output& out, const WriteOptions& options) : out_(out), options_(options) {}

  Expected<std::vector<FileOutcome>> run() {
    const auto manifest = read_manifest(options_.folder);
    if (!manifest) return std::unexpected(manifest.error());
    for (const auto& [path, file] : out_.files())
      if (const auto done = place(path, file); !done) return std::unexpected(done.error());
    for (const std::string& path : manifest->paths)
      if (!out_.files().contains(path))
        if (const auto done = drop(path); !done) return std::unexpected(done.error());
    if (const auto done = save(std::string(kManifest), manifest_text(out_, options_)); !done)
      return std::unexpected(done.error());
    std::ranges::sort(outcomes_, {}, &FileOutcome::path);
    return std::move(outcomes_);
  }

 private:
  std::string on_disk(std::string_view path) const {
    return options_.folder + "/" + std::string(path);
  }

  Expected<void> save(const std::string& path, std::string_view text) {
    if (const auto fine = refuse_links(options_.folder, path); !fine) return fine;
    if (options_.dry) return {};
    if (const auto there = read(on_disk(path)); there && *there == text) return {};
    return write_file(on_disk(path), text);
  }

  void note(const std::string& path, FileState state) { outcomes_.push_back({path, state}); }

  Expected<void> place(const std::string& path, const OutputFile& file) {
    if (const auto fine = refuse_links(options_.folder, path); !fine) return fine;
    const auto there = read(on_disk(path));
    if (file.ownership == Ownership::Yours) {
      note(path, there ? FileState::Kept : FileState::Written);
      return there ? Expected<void>{} : save(path, file.text);
    }
    const std::string base_path = std::string(kBase) + path;
    const auto base = read(on_disk(base_path));
    if (const auto done = decide(path, file.text, there, base); !done) return done;
    return save(base_path, file.text);
  }

  Expected<void> decide(const std::string& path, const std::string& text,
                        const std::optional<std::string>& there,
                        const std::optional<std::string>& base) {
    if (there && *there == text) return note(path, FileState::Unchanged), Expected<void>{};
    if (!there || (base && *there == *base))
      return note(path, FileState::Written), save(path, text);
    if (base && *base == text) return note(path, FileState::Kept), Expected<void>{};
    const auto merged = base ? merge(*base, *there, text) : std::nullopt;
    if (merged) return note(path, FileState::Merged), save(path, *merged);
    note(path, FileState::Conflict);
    return save(conflict_path(path), text);
  }

  Expected<void> drop(const std::string& path) {
    if (const auto fine = refuse_links(options_.folder, path); !fine) return fine;
    const auto there = read(on_disk(path));
    if (!there) return {};
    const auto base = read(on_disk(std::string(kBase) + path));
    const bool edited = !base || *there != *base;
    note(path, edited ? FileState::Orphaned : FileState::Removed);
    if (options_.dry || edited) return {};
    std::error_code error;
    fs::remove(on_disk(path), error);
    if (error) return fail("cannot remove " + on_disk(path) + ": " + error.message());
    fs::remove(on_disk(std::string(kBase) + path), error);
    return {};
  }

  const Output& out_;
  const WriteOptions& options_;
  std::vector<FileOutcome> outcomes_;
};

}  // namespace

std::string_view to_text(FileState state) {
  constexpr std::array<std::string_view, 7> kNames = {"unchanged", "written", "merged",  "conflict",
                                                      "kept",      "removed", "orphaned"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string conflict_path(std::string_view path) {
  return std::string(path) + ".new";
}

Expected<std::vector<FileOutcome>> write_out(const Output& out, const WriteOptions& options) {
  return Writer(out, options).run();
}

Expected<std::vector<std::string>> targets_of(const std::string& folder) {
  auto manifest = read_manifest(folder);
  if (!manifest) return std::unexpected(manifest.error());
  return std::move(manifest->targets);
}

}  // namespace scantling::generate
