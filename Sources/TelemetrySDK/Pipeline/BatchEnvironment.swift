extension BatchConfiguration {
  /// Takes over the `OTEL_BSP_*` variables of `environment`. A value that can't be used is named in a warning and
  /// ignored (requirements 2.6, 4.7); so is a batch size above the queue size, when both come to that together.
  public mutating func apply(environment: [String: String], diagnostics: Diagnostics = .standardError) {
    let reader = Environment(environment, diagnostics: diagnostics)
    if let size = reader.integer("OTEL_BSP_MAX_QUEUE_SIZE", in: 1...Self.maxQueueSizeLimit) { maxQueueSize = size }
    if let delay = reader.integer("OTEL_BSP_SCHEDULE_DELAY", in: 0...86_400_000) {
      scheduleDelay = .milliseconds(delay)
    }
    if let timeout = reader.integer("OTEL_BSP_EXPORT_TIMEOUT", in: 0...Int(Int32.max)) {
      exportTimeout = timeout == 0 ? Self.unlimited : .milliseconds(timeout)  // 2.6.6
    }
    let batchVariable = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"
    if let size = reader.integer(batchVariable, in: 1...Self.maxQueueSizeLimit) {
      if size <= maxQueueSize {
        maxExportBatchSize = size
      } else {
        reader.ignored(batchVariable, "\(size)", allowed: "at most the queue size, \(maxQueueSize), which is used")
        maxExportBatchSize = maxQueueSize  // 4.7.7
      }
    } else if maxExportBatchSize > maxQueueSize {
      reader.ignored(
        "OTEL_BSP_MAX_QUEUE_SIZE", "\(maxQueueSize)", allowed: "at least the batch size, which is lowered to it")
      maxExportBatchSize = maxQueueSize
    }
  }
}
