// Continues a text:  generate model.arena "Once upon a time"
#include <stdio.h>
#include <tessera.h>

static int print(const char* text, size_t size, void* file) {
  const size_t written = fwrite(text, 1, size, file);
  fflush(file);
  return written == size ? 0 : 1;  // anything but 0 stops
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: generate ARENA PROMPT\n");
    return 2;
  }
  tessera_error error;
  tessera_arena* arena = NULL;
  tessera_context* context = NULL;
  tessera_generate_params params;
  tessera_generate_params_init(&params, sizeof(params));
  params.temperature = 0;  // always the likeliest token
  params.n_predict = 100;

  tessera_status status = tessera_arena_open(argv[1], NULL, &arena, &error);
  if (status == TESSERA_OK) {
    status = tessera_context_new(arena, NULL, &context, &error);
  }
  if (status == TESSERA_OK) {
    printf("%s", argv[2]);
    status = tessera_generate(context, argv[2], &params, print, stdout, &error);
    printf("\n");
  }
  if (status != TESSERA_OK) {
    fprintf(stderr, "generate: %s: %s\n", tessera_status_name(status),
            error.message);
  }
  tessera_context_free(context);
  tessera_arena_close(arena);
  return status == TESSERA_OK ? 0 : 1;
}
