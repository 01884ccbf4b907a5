"""Pure parts of evaluation: counts, precision against threshold, intervals. No input or output."""
