#include "media/audio_out.h"
#include "media/player.h"

const struct media_api weike_media_api = {
    .version = MEDIA_API_VERSION,
    .open = player_open,
    .close = player_close,
    .pause = player_pause,
    .seek = player_seek,
    .speed = player_speed,
    .volume = player_volume,
    .audio_track = player_audio_track,
    .state = player_state,
    .frame = player_frame,
    .due_ms = player_due_ms,
    .cost = player_cost,
    .scaler_new = scaler_new,
    .scaler_free = scaler_free,
    .scaler_take = scaler_take,
    .scaler_paint = scaler_paint,
    .settle = audio_out_settle,
};
