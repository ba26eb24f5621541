# hub.mk: the drivers of the hub's whole-program tests. `make -f tests/hub/hub.mk BUILD=build hub-tools`
include Makefile
HUB_TOOLS = $(patsubst tests/hub/%.c,$(BUILD)/test/%,$(wildcard tests/hub/*.c))
$(BUILD)/test/hub_%: tests/hub/hub_%.c tests/hub/terminal.h $(call ar_of,$(LINK_hub))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -MF $@.d -o $@ $< $(call ar_of,$(LINK_hub)) $(call libs_of,$(LINK_hub))
hub-tools: $(HUB_TOOLS) $(BUILD)/weike-hub
.PHONY: hub-tools
