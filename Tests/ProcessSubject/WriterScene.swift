import OTLPFile

/// Writes batches of 200 spans to a file or a database, and prints after each batch how many spans count as exported. Ends after
/// `rounds` batches, or with the first that can't be written within a second.
func writer(_ options: Options) {
  let size = 200
  var batch = BatchConfiguration()
  batch.maxExportBatchSize = size
  do {
    let processor = try BatchSpanProcessor(
      exporter: options.makeExporter(options.exporter, diagnostics: .silent), configuration: batch,
      diagnostics: .silent)
    for round in 0..<options.number("rounds", 1) {
      for index in round * size..<round * size + size { processor.onEnd(span(options.number("seed"), index)) }
      let flush = processor.forceFlushBlocking(within: .seconds(1))
      printLine("exported \(flush.ledger.exported)")
      if !flush.isDelivered { break }
    }
    let end = processor.shutdownBlocking(within: .milliseconds(300))
    check(end.ledger.isBalanced && end.ledger.queued + end.ledger.inFlight == 0, "the end: \(end)")
    printLine("exported \(end.ledger.exported)")
    printLine("done")
  } catch {
    fail("\(error)")
  }
}
