#include "runtime/llm/run_aliases.h"

#include <iterator>

#include "absl/strings/string_view.h"

namespace tessera {
namespace {

constexpr absl::string_view kCpu = "Tessera computes on the CPU; leave it out";
constexpr absl::string_view kBatch =
    "prompts are computed 256 tokens at a time; leave it out";
constexpr absl::string_view kThreads =
    "prompts and answers are computed by the same threads; see --threads";
constexpr absl::string_view kMap =
    "an arena is always mapped; --populate and --huge_pages say how it is read";
constexpr absl::string_view kAttention =
    "attention is always computed block by block; leave it out";
constexpr absl::string_view kCache =
    "keys and values are always kept as float16; leave it out";
constexpr absl::string_view kJinja =
    "--chat always applies the model's template as Jinja; leave it out";
constexpr absl::string_view kDownload =
    "Tessera downloads nothing; convert a file that is there";
constexpr absl::string_view kSampler =
    "there is no such sampler; see --top_k, --top_p, --min_p and "
    "--dry_multiplier";
constexpr absl::string_view kGrammar =
    "there are no grammars; --stop and --logit_bias limit what is said";
constexpr absl::string_view kAdapter =
    "there are no adapters; merge them before you convert";
constexpr absl::string_view kMetadata =
    "metadata is what the arena has; see --rope_scaling and its neighbours";
constexpr absl::string_view kPromptCache =
    "prompts are not kept between runs; leave it out";
constexpr absl::string_view kNoWarmup = "there is no warm-up run; leave it out";
constexpr absl::string_view kDraft =
    "there is no speculative decoding; leave it out";
constexpr absl::string_view kColors = "Tessera prints no colours; leave it out";

constexpr absl::string_view kPacked =
    "an arena is packed once, when it is made; leave it out";
constexpr absl::string_view kPlaces =
    "the system places the threads; see --numa and --threads";
constexpr absl::string_view kTemplate =
    "--chat and the model's template are for that";
constexpr absl::string_view kLog = "see --quiet and --json";
constexpr absl::string_view kTextOnly = "Tessera runs models of text only";
constexpr absl::string_view kMessages =
    "--chat takes lines between two lines of \"\"\" as one message; leave it "
    "out";

constexpr FlagAlias kAliases[] = {
    // What --help lists.
    {"m", "model"},
    {"p", "prompt"},
    {"f", "file"},
    {"n", "n_predict"},
    {"c", "ctx_size"},
    {"t", "threads"},
    {"s", "seed"},
    {"e", "escape"},
    {"l", "logit_bias"},
    {"r", "stop"},
    // What llama.cpp calls otherwise.
    {"predict", "n_predict"},
    {"temp", "temperature"},
    {"reverse_prompt", "stop"},
    {"display_prompt", "show_prompt"},
    {"conversation", "chat"},
    {"cnv", "chat"},
    {"system_prompt", "system"},
    {"sys", "system"},
    {"log_disable", "quiet"},
};

// What there is not.
constexpr FlagAlias kRefused[] = {
    {"ngl", "", kCpu},
    {"gpu_layers", "", kCpu},
    {"n_gpu_layers", "", kCpu},
    {"sm", "", kCpu},
    {"split_mode", "", kCpu},
    {"ts", "", kCpu},
    {"tensor_split", "", kCpu},
    {"mg", "", kCpu},
    {"main_gpu", "", kCpu},
    {"dev", "", kCpu},
    {"device", "", kCpu},
    {"ot", "", kCpu},
    {"override_tensor", "", kCpu},
    {"cmoe", "", kCpu},
    {"cpu_moe", "", kCpu},
    {"ncmoe", "", kCpu},
    {"n_cpu_moe", "", kCpu},
    {"kvo", "", kCpu},
    {"kv_offload", "", kCpu},
    {"nkvo", "", kCpu},
    {"no_kv_offload", "", kCpu},
    {"fit", "", kCpu},
    {"b", "", kBatch},
    {"batch_size", "", kBatch},
    {"ub", "", kBatch},
    {"ubatch_size", "", kBatch},
    {"tb", "", kThreads},
    {"threads_batch", "", kThreads},
    {"mmap", "", kMap},
    {"no_mmap", "", kMap},
    {"dio", "", kMap},
    {"direct_io", "", kMap},
    {"lm", "", kMap},
    {"load_mode", "", kMap},
    {"fa", "", kAttention},
    {"flash_attn", "", kAttention},
    {"ctk", "", kCache},
    {"cache_type_k", "", kCache},
    {"ctv", "", kCache},
    {"cache_type_v", "", kCache},
    {"swa_full", "", "layers with a window keep what they see; leave it out"},
    {"jinja", "", kJinja},
    {"no_jinja", "", kJinja},
    {"chat_template", "",
     "the template is the model's; --apply_template tries another one"},
    {"chat_template_file", "",
     "the template is the model's; --apply_template tries another one"},
    {"st", "", "--chat with --prompt answers once"},
    {"single_turn", "", "--chat with --prompt answers once"},
    {"i", "", "--chat holds a conversation"},
    {"interactive", "", "--chat holds a conversation"},
    {"hf", "", kDownload},
    {"hf_repo", "", kDownload},
    {"mu", "", kDownload},
    {"model_url", "", kDownload},
    {"typical", "", kSampler},
    {"typical_p", "", kSampler},
    {"xtc_probability", "", kSampler},
    {"xtc_threshold", "", kSampler},
    {"mirostat", "", kSampler},
    {"mirostat_lr", "", kSampler},
    {"mirostat_ent", "", kSampler},
    {"top_nsigma", "", kSampler},
    {"top_n_sigma", "", kSampler},
    {"dynatemp_range", "", kSampler},
    {"samplers", "", "the order of the samplers is fixed; leave it out"},
    {"sampling_seq", "", "the order of the samplers is fixed; leave it out"},
    {"grammar", "", kGrammar},
    {"grammar_file", "", kGrammar},
    {"j", "", kGrammar},
    {"json_schema", "", kGrammar},
    {"json_schema_file", "", kGrammar},
    {"lora", "", kAdapter},
    {"lora_scaled", "", kAdapter},
    {"control_vector", "", kAdapter},
    {"override_kv", "", kMetadata},
    {"yarn_ext_factor", "", kMetadata},
    {"yarn_attn_factor", "", kMetadata},
    {"prompt_cache", "", kPromptCache},
    {"prompt_cache_all", "", kPromptCache},
    {"warmup", "", kNoWarmup},
    {"no_warmup", "", kNoWarmup},
    {"md", "", kDraft},
    {"model_draft", "", kDraft},
    {"color", "", kColors},
    {"co", "", kColors},
    {"mli", "", kMessages},
    {"multiline_input", "", kMessages},
    {"check_tensors", "", "see --verify=full"},
    {"repack", "", kPacked},
    {"no_repack", "", kPacked},
    {"nr", "", kPacked},
    {"C", "", kPlaces},
    {"cpu_mask", "", kPlaces},
    {"Cr", "", kPlaces},
    {"cpu_range", "", kPlaces},
    {"cpu_strict", "", kPlaces},
    {"Cb", "", kPlaces},
    {"cpu_mask_batch", "", kPlaces},
    {"prio", "", kPlaces},
    {"prio_batch", "", kPlaces},
    {"poll", "", kPlaces},
    {"poll_batch", "", kPlaces},
    {"in_prefix", "", kTemplate},
    {"in_prefix_bos", "", kTemplate},
    {"in_suffix", "", kTemplate},
    {"chat_template_kwargs", "", kTemplate},
    {"reasoning_format", "", kTemplate},
    {"reasoning_budget", "", kTemplate},
    {"if", "", "--chat holds a conversation"},
    {"interactive_first", "", "--chat holds a conversation"},
    {"sysf", "", "see --system"},
    {"system_prompt_file", "", "see --system"},
    {"v", "", kLog},
    {"verbose", "", kLog},
    {"lv", "", kLog},
    {"verbosity", "", kLog},
    {"log_verbosity", "", kLog},
    {"log_file", "", kLog},
    {"log_prefix", "", kLog},
    {"log_timestamps", "", kLog},
    {"log_colors", "", kColors},
    {"special", "", "control tokens are not printed; --json has their ids"},
    {"sp", "", "control tokens are not printed; --json has their ids"},
    {"simple_io", "", "output is always simple; leave it out"},
    {"mmproj", "", kTextOnly},
    {"image", "", kTextOnly},
    {"audio", "", kTextOnly},
    {"rpc", "", kCpu},
    {"list_devices", "", kCpu},
    {"op_offload", "", kCpu},
    {"no_op_offload", "", kCpu},
    {"no_host", "", kCpu},
    {"offline", "", kDownload},
    {"hff", "", kDownload},
    {"hf_file", "", kDownload},
    {"hft", "", kDownload},
    {"hf_token", "", kDownload},
    {"draft", "", kDraft},
    {"draft_n", "", kDraft},
    {"draft_max", "", kDraft},
    {"draft_min", "", kDraft},
    {"spec_type", "", kDraft},
    {"prompt_cache_ro", "", kPromptCache},
    {"jf", "", kGrammar},
    {"sampler_seq", "", "the order of the samplers is fixed; leave it out"},
    {"dynatemp_exp", "", kSampler},
    {"bs", "", kSampler},
    {"backend_sampling", "", kSampler},
    {"adaptive_target", "", kSampler},
    {"gan", "", kAttention},
    {"grp_attn_n", "", kAttention},
    {"dt", "", kCache},
    {"defrag_thold", "", kCache},
    {"verbose_prompt", "", "see --tokenize_file"},
    {"perf", "", "speeds are printed unless --quiet says otherwise"},
    {"no_perf", "", "see --quiet"},
};

constexpr FlagWords kWords[] = {
    {"huge_pages", "auto file thp hugetlb off"},
    {"populate", "ahead lazy hot all"},
    {"verify", "none lazy full"},
    {"numa", "off interleave bind="},
    {"rope_scaling", "none linear yarn"},
};

}  // namespace

std::vector<FlagAlias> WithRefused(absl::Span<const FlagAlias> aliases) {
  std::vector<FlagAlias> all(aliases.begin(), aliases.end());
  all.insert(all.end(), std::begin(kRefused), std::end(kRefused));
  return all;
}

std::vector<FlagAlias> RunAliases() { return WithRefused(kAliases); }

absl::Span<const FlagWords> RunFlagWords() { return kWords; }

}  // namespace tessera
