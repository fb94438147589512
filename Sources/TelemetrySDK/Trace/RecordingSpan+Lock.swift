extension RecordingSpan {
  /// Takes the span's lock, for what an adapter keeps beside a recorded span: it needs no lock of its own then. No method of the
  /// span may be called until ``unlock()``.
  package func lock() { record?.lock.lock() }

  /// Releases the span's lock.
  package func unlock() { record?.lock.unlock() }
}
