/* outside_c SOCKET: the same from C. */
#include <stdio.h>
#include <string.h>

#include "atoll/c.h"

static int failed(const char* what, int64_t code) {
  fprintf(stderr, "outside: %s: %s: %s\n", what, atoll_code_name(code), atoll_last_error());
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 2 || atoll_abi_version() != ATOLL_ABI_VERSION) return 2;
  const atoll_server_options options = {
      .size = sizeof(options), .capacity = (uint64_t)64 << 20, .socket_path = argv[1]};
  atoll_server* server = NULL;
  int64_t code = atoll_server_start(&options, &server);
  if (code < 0) return failed("server", code);
  atoll_client* client = NULL;
  code = atoll_attach(argv[1], NULL, &client);
  if (code < 0) return failed("attach", code);

  atoll_object_id id = {0, 0};
  uint64_t address = 0;
  code = atoll_create(client, &id, 5, 0, 0, 1000000000, &address);
  if (code < 0) return failed("create", code);
  memcpy((void*)(uintptr_t)address, "hello", 5);
  code = atoll_seal(client, &id, NULL);
  if (code < 0) return failed("seal", code);

  atoll_view view;
  code = atoll_get(client, &id, 0, &view);
  if (code < 0) return failed("get", code);
  printf("%.*s from store %016llx\n", (int)view.size, (const char*)(uintptr_t)view.address,
         (unsigned long long)id.store);
  atoll_release(client, &id);
  atoll_dereference(client, &id);
  atoll_detach(client);
  atoll_server_stop(server);
  return 0;
}
