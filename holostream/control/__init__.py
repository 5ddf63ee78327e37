"""What a performer's hands do, as commands: pure tables and functions from keys and MIDI bytes to commands."""
