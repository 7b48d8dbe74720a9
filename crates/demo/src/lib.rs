//! Plays a whole sprint with the simulator, through the real importers and use cases.
