"""The dream in browsers: a small server and one page."""
