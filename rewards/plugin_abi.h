/* The C interface of a reward plug-in: a shared library with one exported symbol, kedge_reward_v1.
 *
 *   1. kedge loads the library, in a process of its own unless the config says `isolate: false`.
 *   2. create() once per instance with the `config:` of the entry as JSON; NULL refuses, with the reason
 *      in `error`. May be NULL when the plug-in has no state; then score() gets NULL.
 *   3. score() any number of times. One verdict per item; what is left at kind 0 is an error.
 *   4. destroy() once per instance. May be NULL.
 *
 * Texts are UTF-8, not terminated, and belong to kedge: they are gone when score() returns. A verdict
 * must depend on its item alone (on its group with scope 1), or two runs differ.
 *
 * `size` is the size of the struct its writer knows: later versions grow at the end. A plug-in reads a
 * member only when `size` covers it. This header is C and C++, and may be copied into other projects.
 * Template: scripts/plugin_template. */
#ifndef KEDGE_REWARDS_PLUGIN_ABI_H_
#define KEDGE_REWARDS_PLUGIN_ABI_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KEDGE_REWARD_ABI 1

typedef struct {
  const char* data;
  size_t size;
} kedge_str;

typedef struct {
  uint32_t size;                   /* sizeof(kedge_item) of kedge */
  kedge_str prompt;                /* as it was tokenised */
  kedge_str completion;            /* without special tokens */
  kedge_str answer;                /* gold answer, may be empty */
  kedge_str columns_json;          /* object: every other column of the prompt */
  const int32_t* completion_ids;
  size_t n_ids;
  uint64_t prompt_id;              /* position in the prompt source */
  uint32_t sample;                 /* which answer of the prompt */
  int64_t step;                    /* steps done before this one */
  uint32_t truncated;              /* 1: the answer hit its length limit */
} kedge_item;

typedef struct {
  uint32_t size;                   /* sizeof(kedge_verdict) of kedge */
  uint32_t kind;                   /* 0 unset = error, 1 score, 2 abstain, 3 error */
  double score;                    /* read for kind 1; must be finite */
  char note[256];                  /* why; terminated */
} kedge_verdict;

typedef struct {
  uint32_t abi;                    /* KEDGE_REWARD_ABI */
  uint32_t size;                   /* sizeof(kedge_reward_plugin) */
  const char* name;
  const char* version;
  uint32_t threads;                /* 0 one caller, 1 one caller per instance, 2 any */
  uint32_t scope;                  /* 0 row, 1 whole groups only */
  void* (*create)(kedge_str config_json, char* error, size_t error_size);
  int (*score)(void* instance, const kedge_item* items, size_t n, kedge_verdict* out);
                                   /* 0 ok; else all items are errors */
  void (*destroy)(void* instance);
} kedge_reward_plugin;

/* The one exported symbol. What it points to lives as long as the library. */
const kedge_reward_plugin* kedge_reward_v1(void);

#ifdef __cplusplus
}
#endif

#endif /* KEDGE_REWARDS_PLUGIN_ABI_H_ */
