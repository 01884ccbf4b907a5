"""Pure parts of learning: folds, calibration, query strategies, cold start. No input or output."""
