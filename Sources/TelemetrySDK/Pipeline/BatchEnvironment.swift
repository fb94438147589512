extension BatchConfiguration {
  /// Takes over the `OTEL_BSP_*` variables of `environment`, for what code hasn't set. A value that can't be used is named
  /// in a warning and ignored (requirements 2.6, 4.7); so is a batch size above the queue size.
  public mutating func apply(environment: [String: String], diagnostics: Diagnostics = .standardError) {
    let reader = EnvironmentReader(environment: environment, diagnostics: diagnostics)
    if let milliseconds = reader.integer("OTEL_BSP_SCHEDULE_DELAY", in: 0...86_400_000) {
      delay.fill(.milliseconds(milliseconds))
    }
    if let milliseconds = reader.integer("OTEL_BSP_EXPORT_TIMEOUT", in: 0...Int(Int32.max)) {
      timeout.fill(milliseconds == 0 ? Self.unlimited : .milliseconds(milliseconds))  // 2.6.6
    }
    applySizes(reader)
  }

  private mutating func applySizes(_ reader: EnvironmentReader) {
    let (queue, batch) = ("OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE")
    if let size = reader.integer(queue, in: 1...Self.maxQueueSizeLimit), !queueSize.isFromCode {
      if batchSize.isFromCode, size < maxExportBatchSize {
        reader.warn(queue, "\(size)", allowed: "at least the batch size, \(maxExportBatchSize), which is used")
      } else if batchSize.value == nil, size < Self.standardBatchSize, reader.isUnset(batch) {
        reader.warn(queue, "\(size)", allowed: "at least the batch size, which is lowered to it")
      }
      queueSize.fill(batchSize.isFromCode ? max(size, min(maxExportBatchSize, Self.maxQueueSizeLimit)) : size)
    }
    if let size = reader.integer(batch, in: 1...Self.maxQueueSizeLimit), !batchSize.isFromCode {
      if size > maxQueueSize {
        reader.warn(batch, "\(size)", allowed: "at most the queue size, \(maxQueueSize), which is used")
      }
      batchSize.fill(min(size, maxQueueSize))  // 4.7.7
    }
    // A batch size of an earlier environment.
    if !batchSize.isFromCode, let size = batchSize.value, size > maxQueueSize { batchSize.fill(maxQueueSize) }
  }
}

private struct EnvironmentReader {
  let environment: [String: String]
  let diagnostics: Diagnostics

  /// The variable's value; nil, with a warning unless it is empty or not set, if it can't be used.
  func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
    guard let text = environment[name], !text.isEmpty else { return nil }  // 2.6.1
    let digits = text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
    if let value = Int(String(digits)), range.contains(value) { return value }
    warn(name, text, allowed: "\(range.lowerBound) to \(range.upperBound)")  // 2.6.3, 2.6.5
    return nil
  }

  func isUnset(_ name: String) -> Bool { environment[name]?.isEmpty ?? true }

  func warn(_ name: String, _ value: String, allowed: String) {
    diagnostics.emit(
      .warning, "a value of the environment can't be used",
      [("variable", name), ("value", Diagnostics.sanitized(value, limit: 100)), ("allowed", allowed)])
  }
}
