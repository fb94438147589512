extension BatchConfiguration {
  /// Takes over the `OTEL_BSP_*` variables of `environment`, for what code hasn't set. A value that can't be used is named
  /// in a warning and ignored (RULES 2.6, 4.7); so is a batch size above the queue size.
  public mutating func apply(environment: [String: String], diagnostics: Diagnostics = .standardError) {
    let reader = Environment(environment, diagnostics: diagnostics)
    if let (variable, milliseconds) = reader.integer(["OTEL_BSP_SCHEDULE_DELAY"], in: 0...86_400_000) {
      delay.fill(.milliseconds(milliseconds), from: variable)
    }
    if let (variable, milliseconds) = reader.integer(["OTEL_BSP_EXPORT_TIMEOUT"], in: 0...Int(Int32.max)) {
      timeout.fill(milliseconds == 0 ? Self.unlimited : .milliseconds(milliseconds), from: variable)  // 2.6.6
    }
    applySizes(reader)
  }

  private mutating func applySizes(_ reader: Environment) {
    let (queue, batch) = ("OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE")
    if let size = reader.integer(queue, in: 1...Self.maxQueueSizeLimit), !queueSize.isFromCode {
      if batchSize.isFromCode, size < maxExportBatchSize {
        reader.ignored(queue, "\(size)", allowed: "at least the batch size, \(maxExportBatchSize), which is used")
      } else if batchSize.value == nil, size < Self.standardBatchSize, reader.strings([batch]).isEmpty {
        reader.ignored(queue, "\(size)", allowed: "at least the batch size, which is lowered to it")
      }
      queueSize.fill(
        batchSize.isFromCode ? max(size, min(maxExportBatchSize, Self.maxQueueSizeLimit)) : size, from: queue)
    }
    if let size = reader.integer(batch, in: 1...Self.maxQueueSizeLimit), !batchSize.isFromCode {
      if size > maxQueueSize {
        reader.ignored(batch, "\(size)", allowed: "at most the queue size, \(maxQueueSize), which is used")
      }
      batchSize.fill(min(size, maxQueueSize), from: batch)  // 4.7.7
    }
    // A batch size of an earlier environment.
    if !batchSize.isFromCode, let size = batchSize.value, size > maxQueueSize {
      batchSize.fill(maxQueueSize, from: batch)
    }
  }
}
