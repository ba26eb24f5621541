# Playback alone: `make -f Makefile -f tests/media/media.mk play-tool`. Until the kiosk is whole, and for measuring
# the player without it.
play-tool: $(BUILD)/play_tool $(BUILD)/weike-media.so

$(BUILD)/play_tool: $(BUILD)/obj/tests/media/play_tool.o $(BUILD)/obj/app/lesson/play.o $(BUILD)/obj/app/lesson/media.o $(call ar_of,model base)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--whole-archive $(call ar_of,model base) -Wl,--no-whole-archive $(call libs_of,gfx model base)

$(BUILD)/obj/tests/media/%.o: tests/media/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c $< -o $@

.PHONY: play-tool
