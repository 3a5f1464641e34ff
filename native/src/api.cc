// The table of api.h.
#include "atoll/api.h"

namespace {

constexpr atoll_api kApi = {
    sizeof(atoll_api),  ATOLL_ABI_VERSION,   atoll_last_error,
    atoll_code_name,    atoll_client_index,  atoll_store_id,
    atoll_expect,       atoll_create,        atoll_create_reserved,
    atoll_resize,       atoll_copy,          atoll_seal,
    atoll_abort,        atoll_get,           atoll_get_all,
    atoll_peek,         atoll_read,          atoll_release,
    atoll_reference,    atoll_dereference,   atoll_contains,
    atoll_delete,       atoll_wait,          atoll_watch,
    atoll_watch_alone,  atoll_watch_damaged, atoll_expect_again,
    atoll_give_up,      atoll_unwatch,       atoll_take_ready,
    atoll_claim,        atoll_claimed,       atoll_publish,
    atoll_unpublish,    atoll_lookup,        atoll_stats,
    atoll_client_stats, atoll_count_copied,  atoll_count_user,
    atoll_list,         atoll_read_whole,
};

}  // namespace

extern "C" const atoll_api* atoll_get_api(void) { return &kApi; }
