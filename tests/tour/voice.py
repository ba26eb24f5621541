"""voice.py: what is spoken into the microphone of a tour: a minute of 48,000 samples a second, louder and softer."""
import array, math, sys
level = (9000 * (0.6 + 0.4 * math.sin(i / 9000)) for i in range(48000 * 60))
sys.stdout.buffer.write(array.array("h", (int(a * math.sin(2 * math.pi * 440 * i / 48000)) for i, a in enumerate(level))).tobytes())
