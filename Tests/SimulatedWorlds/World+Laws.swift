import OTLPExport
import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK

// The laws of the pipeline.
extension World {
  /// Checks the laws at each step of the simulation.
  func checkStep() {
    guard let processor, faults.count < 20 else { return }
    let (ledger, held) = (processor.ledger, processor.itemBytes)
    if !ledger.isBalanced { fault("not balanced: \(ledger)") }
    if ledger.ended != book.ended { fault("\(ledger.ended) of \(book.ended) spans are counted") }
    if ledger.queued > plan.batch.maxQueueSize { fault("\(ledger.queued) spans are queued") }
    if held > plan.batch.maxQueueBytes { fault("\(held) bytes are held of \(plan.batch.maxQueueBytes)") }
    book.synchronize(queued: ledger.queued)
    let known = book.queueBytes + book.runningBytes + (shutdownBegan ? 0 : book.takenBytes)
    if held < known { fault("\(held) bytes are counted as held, \(known) are") }
    // Other batches run beside batches that fail repeatedly.
    let maximum = plan.client.maxConcurrentExports + Destination.mostTurns
    if book.running > maximum { fault("\(book.running) exports run at once") }
    if ledger.exports > book.batches.count + maximum { fault("exports are counted twice") }
    checkConnections()
  }

  func fault(_ what: String) {
    faults.append("at \(simulation.milliseconds) ms: \(what)")
  }

  func check(_ step: String) {
    guard let processor else { return }
    let ledger = processor.ledger
    if !ledger.isBalanced { fault("after \(step): not balanced: \(ledger)") }
  }

  /// Checks that a wait has ended by its deadline.
  func expect(_ deadline: Deadline, _ what: String) {
    guard simulation.now > simulation.latest(deadline) else { return }
    fault("\(what) took \(simulation.now - deadline.instant) more than it may")
  }

  /// Checks that a flush or shutdown settled all spans, or used all of its time.
  func check(_ report: FlushReport, _ ended: Int, _ deadline: Deadline, _ what: String) {
    let ledger = report.ledger
    if !ledger.isBalanced { fault("\(what)'s ledger is not balanced: \(ledger)") }
    let settled = ledger.ended - ledger.queued - ledger.inFlight
    if report.isComplete, settled < ended {
      fault("\(what) is complete, but not \(ended) spans are settled: \(ledger)")
    }
    if report.lost > ended { fault("\(what) lost \(report.lost) of \(ended) spans") }
    if !report.isComplete, simulation.now < deadline.instant {
      fault("\(what) gave up \(deadline.instant - simulation.now) before its time")
    }
  }

  // MARK: Exports

  func exportBegins(_ batch: [SpanData]) -> Int {
    if let processor { book.synchronize(queued: processor.ledger.queued) }
    return book.begin(batch)
  }

  func exportEnded(_ number: Int, _ outcome: ExportOutcome, _ deadline: Deadline) {
    expect(deadline, "export \(number)")
    if simulation.now >= shutdownDeadline.instant { exportWasCut = true }
    book.end(number, outcome)
  }

  // MARK: The end

  func end() async {
    // Cancelled exports need some time to return.
    await simulation.sleep(.milliseconds(10))
    if let processor {
      finalLedger = processor.ledger
      if processor.bytesHeld != 0 { fault("\(processor.bytesHeld) bytes are held after the end") }
    }
    let open = simulation.network.openEnds(.client)
    if open > 0 { fault("\(open) connections are open after the end") }
    // Bytes in transit arrive.
    await simulation.sleep(.seconds(60))
    for server in servers { await server.stop() }
    await simulation.sleep(.seconds(60))
    checkBook()
    simulation.network.clock.onStep(nil)
    await release()
    for server in servers {
      server.removeScripts()
      if server.counts.openConnections > 0 { fault("a server has \(server.counts.openConnections) connections left") }
    }
    // Each server retains this world for `onAccept`.
    servers = []
    let held = simulation.loop.held
    if held.timers > 0 { fault("\(held.timers) timers are left") }
    if held.handlers > 0 { fault("\(held.handlers) handlers are left") }
  }

  private func checkBook() {
    book.checkEnd()
    faults += book.faults.prefix(20)
    let sum = book.outcomes
    let ledger = finalLedger
    if ledger.ended != book.ended { fault("\(ledger.ended) of \(book.ended) spans are counted at the end") }
    guard !exportWasCut else { return }
    if sum.exported != ledger.exported || sum.rejected != ledger.rejected
      || sum.possibleDuplicates != ledger.possibleDuplicates
    {
      fault("the ledger isn't the sum of the outcomes: \(ledger); \(sum.text)")
    }
    compareMetrics()
  }

  /// Checks that the metrics of processor and exporter equal the ledger (4.13).
  private func compareMetrics() {
    guard let processor, let exporter else { return }
    let (ledger, metrics) = (finalLedger, processor.selfMetrics + exporter.selfMetrics)
    let pairs = [
      ("processed", metrics.total("otel.sdk.processor.span.processed"), ledger.ended),
      (
        "handed over", metrics.total("otel.sdk.exporter.span.exported"),
        metrics.succeeded("otel.sdk.processor.span.processed")
      ),
      ("in flight", metrics.total("otel.sdk.exporter.span.inflight"), 0),
      ("exported", metrics.succeeded("otel.sdk.exporter.span.exported"), ledger.exported),
      ("rejected", metrics.failed("otel.sdk.exporter.span.exported")["rejected"] ?? 0, ledger.rejected),
      ("operations", metrics.total("otel.sdk.exporter.operation.duration"), ledger.exports),
      ("attempts", metrics.total("swift_otlp.exporter.attempts"), ledger.attempts),
      ("duplicates", metrics.total("swift_otlp.exporter.span.possible_duplicates"), ledger.possibleDuplicates),
    ]
    for (name, measured, counted) in pairs where measured != counted {
      fault("\(name): \(measured) by the metrics, \(counted) by the ledger: \(ledger)")
    }
  }
}
