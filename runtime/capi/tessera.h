// Tessera's C API: language-model weights in an arena, computed with.
//
//   tessera_error error;
//   tessera_arena* arena = NULL;
//   if (tessera_arena_open("model.arena", NULL, &arena, &error) != TESSERA_OK)
//     fprintf(stderr, "%s\n", error.message);
//
// Errors: what can fail returns a tessera_status and, if `error` is not NULL,
// fills *error. Then nothing was changed, and output parameters are as they
// were. A NULL where something is needed is INVALID_ARGUMENT. Nothing aborts,
// and no C++ exception gets out.
//
// Ownership: a function called *_open or *_new makes an object, and *_close or
// *_free ends it, or does nothing with NULL. A context keeps its arena, so the
// order in which both are ended does not matter. Pointers that are returned
// belong to the object; it is said how long they are valid. Strings are UTF-8
// and end with a NUL.
//
// Threads: an arena may be used by any number of threads at once. Options, a
// compute and a context may be used by one thread at a time; different ones
// independently of each other. Objects do not survive fork() in the child.
//
// Signals: the first arena installs a handler of SIGBUS, so that a file that
// cannot be read is DATA_LOSS; what is not about an arena goes to the handler
// that was there before.
//
// Binary interface: libtessera.so.0. Structs that the library makes (functions
// that return a pointer to const) may get more members at their end.
#ifndef TESSERA_H_
#define TESSERA_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TESSERA_VERSION_MAJOR 0
#define TESSERA_VERSION_MINOR 2
#define TESSERA_VERSION_PATCH 0
#define TESSERA_VERSION "0.2.0"

// TESSERA_VERSION of the library, which may not be that of this header.
const char* tessera_version(void);

// ---- Errors ----

// Values are those of absl::StatusCode; functions may return others of them.
typedef enum tessera_status {
  TESSERA_OK = 0,
  TESSERA_CANCELLED = 1,
  TESSERA_UNKNOWN = 2,
  TESSERA_INVALID_ARGUMENT = 3,  // the caller's mistake
  TESSERA_NOT_FOUND = 5,         // no such file
  TESSERA_PERMISSION_DENIED = 7,
  TESSERA_RESOURCE_EXHAUSTED = 8,  // memory, threads
  TESSERA_FAILED_PRECONDITION = 9,
  TESSERA_UNIMPLEMENTED = 12,  // a valid file that this version cannot use
  TESSERA_INTERNAL = 13,       // a bug
  TESSERA_DATA_LOSS = 15       // a damaged file
} tessera_status;

// "INVALID_ARGUMENT" and so on; never NULL.
const char* tessera_status_name(tessera_status status);

#define TESSERA_MESSAGE_BYTES 1024

// The caller's. `message` is one line of UTF-8 that is fit for a terminal (what
// is not, in names from files, is escaped), "" after success; if it is too
// long, its middle is left out.
typedef struct tessera_error {
  tessera_status status;
  char message[TESSERA_MESSAGE_BYTES];
} tessera_error;

// ---- Options ----

// Settings by name, for every function that takes options; each function reads
// those that concern it. NULL stands for the defaults, which come first.
//
// Of a compute and a context:
//   threads     "0": one per CPU; up to "4096"
// Of a context:
//   ctx_size    "0": the model's, at most 4096; else the tokens of a context
//   sequences   "1": sequences of so many tokens that have room, the context's
//               own too; up to "1024"
// Of an arena:
//   huge_pages  "auto": those of the page cache, shared by all processes, for
//               hot sections; "file": for the whole file; "thp", "hugetlb": a
//               private copy in transparent or the system's huge pages; "off"
//   populate    when weights are read. "ahead": while the first token is being
//               computed; "lazy": when they are touched; "hot": what every
//               token needs, before the arena is open; "all": everything
//   verify      compare with the arena's hashes. "none"; "lazy": 4 MiB at a
//               time, when they are read; "full": before the arena is open
//   mlock       "false", "true": keep weights from being paged out
//   max_memory  for weights. "0": as much as the machine has left; else a size,
//               such as "700MiB" or "4G"; what does not fit is read again for
//               every token
//   readers     "0": measured best; else threads that read the disk, to "256"
// Of all three, for the calling thread and the threads that the object starts:
//   numa        "off"; "interleave": new pages on all nodes in turn; "bind=N":
//               threads and new pages on node N
typedef struct tessera_options tessera_options;

tessera_status tessera_options_new(tessera_options** options,
                                   tessera_error* error);
void tessera_options_free(tessera_options* options);

// INVALID_ARGUMENT, naming what is allowed, for an unknown key or value.
tessera_status tessera_options_set(tessera_options* options, const char* key,
                                   const char* value, tessera_error* error);

// ---- Arenas ----

// A mapped file and the tensors in it. Immutable. Processes that open the same
// file share its memory.
typedef struct tessera_arena tessera_arena;

// Opens, validates and maps the file `path`. NOT_FOUND, PERMISSION_DENIED and
// the like as the system says; DATA_LOSS for a damaged file; UNIMPLEMENTED for
// one that is newer than this library. Messages start with the path.
tessera_status tessera_arena_open(const char* path,
                                  const tessera_options* options,
                                  tessera_arena** arena, tessera_error* error);
void tessera_arena_close(tessera_arena* arena);

// Hyper-parameters, under the names of Hugging Face's config.json.
typedef struct tessera_model_config {
  const char* model_type;  // "llama"
  uint64_t hidden_size;
  uint64_t intermediate_size;
  uint64_t num_hidden_layers;
  uint64_t num_attention_heads;
  uint64_t num_key_value_heads;
  uint64_t head_dim;
  uint64_t vocab_size;
  uint64_t max_position_embeddings;
  float rms_norm_eps;
  float rope_theta;
  bool tie_word_embeddings;
} tessera_model_config;

typedef struct tessera_arena_info {
  const char* path;
  const char* producer;  // "tessera 0.1.0"
  size_t tensor_count;
  const tessera_model_config* model;  // NULL: the arena has tensors only
  bool has_tokenizer;
} tessera_arena_info;

// Valid as long as the arena; NULL only for NULL.
const tessera_arena_info* tessera_arena_describe(const tessera_arena* arena);

// What the file that the arena was made from says about itself, as far as it
// was GGUF: keys such as "general.name", in the order of the file. The lists of
// a tokenizer are not among them; see tessera_tokenize.
size_t tessera_arena_metadata_count(const tessera_arena* arena);

// The key with the number `index`, and its value in JSON: numbers, strings,
// booleans, and arrays of them; what is no number is null. Valid as long as the
// arena; NULL if there are not as many.
const char* tessera_arena_metadata_key(const tessera_arena* arena,
                                       size_t index);
const char* tessera_arena_metadata_value(const tessera_arena* arena,
                                         size_t index);

// What opening the arena cost, and what it got by now.
typedef struct tessera_load_report {
  uint64_t mapped_bytes;   // the file
  uint64_t hot_bytes;      // read for every token
  uint64_t asked_bytes;    // huge pages asked for
  uint64_t huge_bytes;     // mapped with huge pages
  uint64_t private_bytes;  // a copy, not shared with other processes
  double open_seconds;
  double read_seconds;      // until all that was to be read had been read
  uint64_t read_bytes;      // that much
  uint64_t verified_bytes;  // compared with their hashes
  uint64_t minor_faults;    // of this process since it began to open
  uint64_t major_faults;    // those that waited for the disk
  bool reading;             // it is not done yet
  char why_not_huge[256];   // one sentence, if fewer are huge than asked for
  char how_to_repair[256];  // what would help
} tessera_load_report;

// Fills *report; `struct_size` is sizeof(tessera_load_report).
tessera_status tessera_arena_load_report(const tessera_arena* arena,
                                         tessera_load_report* report,
                                         size_t struct_size,
                                         tessera_error* error);

// A tensor: `matrices` matrices of `rows` x `columns` weights, the last two
// dimensions of the shape. A vector is a matrix of one row. Which bytes a
// layout puts where is in docs/layouts.md; those of a row-major tensor whose
// type is F32 are floats, row r at data + r * row_tile_stride.
typedef struct tessera_tensor {
  const void* handle;    // for the library
  const char* name;      // GGUF's: "blk.0.attn_q.weight"
  const char* type;      // GGUF's: "Q4_K"
  uint32_t type_number;  // GGUF's; from 1000 on Tessera's own
  const char* layout;    // "rowmajor", "interleaved", "transposed",
                         // "swizzled"
  size_t rank;
  const uint64_t* shape;  // outermost dimension first
  uint64_t matrices;
  uint64_t rows;
  uint64_t columns;
  const void* data;       // row tile 0, on a cache line
  uint64_t stored_bytes;  // from its first to its last
  uint32_t tile_rows;     // rows of a row tile
  uint64_t row_tile_bytes;
  uint64_t row_tile_stride;  // bytes from one row tile to the next
} tessera_tensor;

// The tensor with the number `index`, or NULL if there are not as many. Valid
// as long as the arena.
const tessera_tensor* tessera_arena_tensor(const tessera_arena* arena,
                                           size_t index);

// The tensor called `name`, or NULL.
const tessera_tensor* tessera_arena_find(const tessera_arena* arena,
                                         const char* name);

// ---- Matrices ----

// Threads, the kernels of this machine, and memory for operands.
typedef struct tessera_compute tessera_compute;

// INVALID_ARGUMENT if the environment variable TESSERA_ISA names an instruction
// set that this machine lacks.
tessera_status tessera_compute_new(const tessera_options* options,
                                   tessera_compute** compute,
                                   tessera_error* error);
void tessera_compute_free(tessera_compute* compute);

// y[t][r] = sum over c of W[r][c] * x[t][c] for `tokens` vectors at once, which
// lie one after another in `x` [tokens][columns] and `y` [tokens][rows] and do
// not overlap. Weights of blocks (Q4_K and so on) see x rounded to 8 bits for
// each 32 columns, or in pairs of bfloat16, as everywhere in Tessera; y does
// not depend on the number of threads. Allocates only what earlier calls did
// not. INVALID_ARGUMENT for a tensor of several matrices, UNIMPLEMENTED for a
// type that cannot be computed with, DATA_LOSS if the file turns out to be
// damaged or cannot be read, when y is worthless. The tensor's arena must be
// open.
tessera_status tessera_matmul(tessera_compute* compute,
                              const tessera_tensor* tensor, const float* x,
                              size_t tokens, float* y, tessera_error* error);

// ---- Tokens ----

#define TESSERA_ADD_SPECIAL 1u    // begin and end of text, as the model wants
#define TESSERA_PARSE_SPECIAL 2u  // "<|eot|>" in the text becomes its token

// Token ids of `size` bytes of text; `flags` are the above. The first
// `capacity` ids go to `ids`, which may be NULL if that is 0; *count is how
// many there are. FAILED_PRECONDITION if the arena has no tokenizer.
tessera_status tessera_tokenize(const tessera_arena* arena, const char* text,
                                size_t size, unsigned flags, int32_t* ids,
                                size_t capacity, size_t* count,
                                tessera_error* error);

// The bytes that `id` stands for in running text, perhaps part of a UTF-8
// character: the first `capacity` go to `bytes`, without a NUL; *size is how
// many there are, 0 for control tokens and unknown ids.
tessera_status tessera_token_text(const tessera_arena* arena, int32_t id,
                                  char* bytes, size_t capacity, size_t* size,
                                  tessera_error* error);

// Whether `id` ends a text.
tessera_status tessera_token_ends_text(const tessera_arena* arena, int32_t id,
                                       bool* ends, tessera_error* error);

// ---- Chat templates ----

// Applies the arena's chat template to `json`, an object with the arguments of
// transformers' apply_chat_template: messages, and if wanted tools, documents,
// add_generation_prompt, chat_template and whatever else the template reads.
// Writes the first `capacity` bytes of the text to `text`, without a NUL, and
// how many there are to *size. FAILED_PRECONDITION without a tokenizer;
// INVALID_ARGUMENT without a template, for what is no such JSON, and for what
// the template refuses, in its words.
tessera_status tessera_apply_chat_template(const tessera_arena* arena,
                                           const char* json, char* text,
                                           size_t capacity, size_t* size,
                                           tessera_error* error);

// The same as token ids, for tessera_generate_ids: what the template says may
// become control tokens, and what stands in the messages may not.
tessera_status tessera_chat_tokens(const tessera_arena* arena, const char* json,
                                   int32_t* ids, size_t capacity, size_t* count,
                                   tessera_error* error);

// ---- Models ----

// One sequence of tokens going through the model in an arena, and further ones
// if wanted: threads, the key/value cache and all other memory.
typedef struct tessera_context tessera_context;

// INVALID_ARGUMENT for an arena without a model; UNIMPLEMENTED or DATA_LOSS for
// a model that cannot be run; RESOURCE_EXHAUSTED without memory.
tessera_status tessera_context_new(const tessera_arena* arena,
                                   const tessera_options* options,
                                   tessera_context** context,
                                   tessera_error* error);
void tessera_context_free(tessera_context* context);

typedef struct tessera_context_info {
  int64_t ctx_size;  // tokens that fit
  int64_t position;  // tokens that are in
  int64_t vocab_size;
  int threads;
  const char* isa;                  // "avx512vnni" and so on
  uint64_t memory_bytes;            // activations and key/value cache
  uint64_t weight_bytes_per_token;  // read to compute one token
  int64_t hidden_size;
} tessera_context_info;

// Valid until the next call for this context; NULL only for NULL.
const tessera_context_info* tessera_context_describe(tessera_context* context);

// Appends `count` ids (at least one) to the sequence. *logits are those that
// follow the last one, one per id of the vocabulary, valid until the next call
// for this context. INVALID_ARGUMENT if an id is out of range or they do not
// all fit.
tessera_status tessera_forward(tessera_context* context, const int32_t* ids,
                               size_t count, const float** logits,
                               tessera_error* error);

// Forgets the sequence.
void tessera_reset(tessera_context* context);

// ---- Sequences ----

// Tokens, and their keys and values in the cache of a context. Sequences of a
// context go through the model in turn or together, and are used by one thread
// at a time, as it is.
typedef struct tessera_sequence tessera_sequence;

// The one that the functions above are about; it belongs to the context. NULL
// only for NULL.
tessera_sequence* tessera_context_sequence(tessera_context* context);

// An empty one beside it. Memory for its tokens is taken when they come;
// RESOURCE_EXHAUSTED then, if the option sequences is too small. It keeps its
// context.
tessera_status tessera_sequence_new(tessera_context* context,
                                    tessera_sequence** sequence,
                                    tessera_error* error);
// Not for the context's own.
void tessera_sequence_free(tessera_sequence* sequence);

// Tokens that are in; 0 for NULL.
int64_t tessera_sequence_position(const tessera_sequence* sequence);

// Takes the tokens from `position` on back. INVALID_ARGUMENT beyond the end,
// and where a layer has forgotten what a token at `position` sees: layers with
// a window keep that and little more.
tessera_status tessera_sequence_trim(tessera_sequence* sequence,
                                     int64_t position, tessera_error* error);

// Tokens to append to a sequence. `logit_count` of the last ones get logits.
typedef struct tessera_slice {
  tessera_sequence* sequence;
  const int32_t* ids;
  size_t count;
  size_t logit_count;
} tessera_slice;

// Appends all slices, which are of different sequences of `context`, in one
// pass over the weights. *logits are [rows][vocab_size], those of the first
// slice first, valid until the next call for this context; at most 32 rows, or
// as many as the option sequences says if that is more. INVALID_ARGUMENT as
// tessera_forward, changing nothing.
tessera_status tessera_forward_batch(tessera_context* context,
                                     const tessera_slice* slices, size_t count,
                                     const float** logits,
                                     tessera_error* error);

// Appends `count` ids (at least one), and writes the logits after each of them
// to `logits` [count][vocab_size].
tessera_status tessera_sequence_logits(tessera_sequence* sequence,
                                       const int32_t* ids, size_t count,
                                       float* logits, tessera_error* error);

// The same, but instead of logits the hidden states that they would be computed
// from, which are the output of the last layer after the final norm, to
// `states` [count][hidden_size].
tessera_status tessera_sequence_embed(tessera_sequence* sequence,
                                      const int32_t* ids, size_t count,
                                      float* states, tessera_error* error);

// Writes the sequence to `bytes`, if *size is at most `capacity`, and how many
// bytes it takes to *size. They are good for arenas of the same bytes, in any
// process; docs/c_api.md is the format.
tessera_status tessera_sequence_save(const tessera_sequence* sequence,
                                     void* bytes, size_t capacity, size_t* size,
                                     tessera_error* error);

// Makes `sequence` what was saved. INVALID_ARGUMENT if that is no sequence, or
// one of another arena, or too long; DATA_LOSS if it is damaged; UNIMPLEMENTED
// for a newer version.
tessera_status tessera_sequence_load(tessera_sequence* sequence,
                                     const void* bytes, size_t size,
                                     tessera_error* error);

// ---- Generation ----

// How tokens are drawn, in this order: logit bias, penalties, DRY, top_k,
// top_p, min_p, temperature. Names and meanings are those of the flags of
// `run`.
typedef struct tessera_generate_params {
  size_t struct_size;     // what tessera_generate_params_init was given
  double temperature;     // 0.8; 0: always the likeliest token
  int64_t top_k;          // 40: keep the k likeliest; 0: all
  double top_p;           // 0.95: keep the likeliest that reach this mass
  double min_p;           // 0.05: drop what is less likely than this, relative
                          // to the likeliest
  double repeat_penalty;  // 1; above, the last 64 tokens become less likely
  int64_t seed;           // -1: from the clock; else 0 to 4294967295
  int64_t n_predict;      // -1: until the model stops; else tokens at most
  bool ignore_eos;        // false: stop where the model ends its text

  const char* const* stop;     // NULL; texts at which it ends, before them
  size_t stop_count;           // 0
  int64_t repeat_last_n;       // 64: tokens that are recent; -1: all
  double frequency_penalty;    // 0; off a logit for each time it is recent
  double presence_penalty;     // 0; off a logit if it is recent
  double dry_multiplier;       // 0: no DRY
  double dry_base;             // 1.75
  int64_t dry_allowed_length;  // 2: repetitions that are shorter are free
  int64_t dry_penalty_last_n;  // -1: look back at all tokens; else so many
  const int32_t* bias_ids;     // NULL; tokens whose logits are changed
  const float* bias_values;    // NULL; by how much; -INFINITY: never chosen
  size_t bias_count;           // 0
} tessera_generate_params;

// Sets the defaults above; `struct_size` is sizeof(tessera_generate_params).
void tessera_generate_params_init(tessera_generate_params* params,
                                  size_t struct_size);

// Is given text as soon as it is known, in whole characters: `size` bytes and a
// NUL. Returns 0 to go on, anything else to stop. May not use the context.
typedef int (*tessera_text_fn)(const char* text, size_t size, void* user);

// Forgets the sequence and continues `prompt`, whose special tokens are parsed,
// until the model ends its text, the context is full, n_predict tokens are
// there or `on_text` (may be NULL) wants no more. `params` NULL: defaults.
// FAILED_PRECONDITION if the arena has no tokenizer, INVALID_ARGUMENT for
// parameters out of range and a prompt that does not fit, when the sequence may
// be forgotten nevertheless.
tessera_status tessera_generate(tessera_context* context, const char* prompt,
                                const tessera_generate_params* params,
                                tessera_text_fn on_text, void* user,
                                tessera_error* error);

// The same for a prompt of token ids (at least one).
tessera_status tessera_generate_ids(tessera_context* context,
                                    const int32_t* ids, size_t count,
                                    const tessera_generate_params* params,
                                    tessera_text_fn on_text, void* user,
                                    tessera_error* error);

// What the last tessera_generate that succeeded did; zeros before.
typedef struct tessera_generation {
  const char* stop;  // "end_of_generation", "length", "context_full",
                     // "stopped", "stop_text"; "" before
  int64_t seed;
  const int32_t* ids;  // generated, one that ended the text included
  size_t id_count;
  size_t prompt_tokens;
  double prefill_seconds;
  double decode_seconds;
} tessera_generation;

// Valid until the next call for this context; NULL only for NULL.
const tessera_generation* tessera_context_generation(
    const tessera_context* context);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // TESSERA_H_
