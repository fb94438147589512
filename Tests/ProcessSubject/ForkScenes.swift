import Glibc
import OTLPGRPC
import OTLPTesting
import Synchronization

/// Forks `children` from a parent with an open connection and a queue that isn't empty. Parent and children then export
/// spans, the children with the inherited processor or, with `own=1`, with a new processor.
func prefork(_ options: Options) {
  let (children, spans) = (options.number("children", 4), options.number("spans", 100))
  let processor = makeProcessor(options)
  // Twice: what the parent's threads do for the first time, up to the end of an export, initializes types under locks of Swift's
  // runtime, which no fork handler releases.
  for half in 1...2 {
    for index in (half - 1) * spans / 2..<half * spans / 2 { processor.onEnd(span(0, index)) }
    let flush = processor.forceFlushBlocking(within: .seconds(20))
    check(delivered(flush, half * spans / 2), "the parent's first flushes: \(flush)")
  }
  for index in spans..<2 * spans { processor.onEnd(span(0, index)) }
  let ids = (1...children).map { child in
    let id = fork()
    if id == 0 { preforkChild(options, child, spans, processor) }
    return id
  }
  for index in 2 * spans..<3 * spans { processor.onEnd(span(0, index)) }
  for id in ids { reap(id) }
  let report = processor.shutdownBlocking(within: .seconds(20))
  check(delivered(report, 3 * spans), "the parent's end: \(report)")
  printLine("done")
}

private func preforkChild(_ options: Options, _ number: Int, _ spans: Int, _ inherited: BatchSpanProcessor) -> Never {
  alarm(30)
  check(inherited.ledger == Ledger(), "the child's ledger begins with \(inherited.ledger)")
  let processor = options.number("own") == 1 ? makeProcessor(options) : inherited
  for index in 0..<spans { processor.onEnd(span(number, index)) }
  let flush = processor.forceFlushBlocking(within: .seconds(20))
  check(delivered(flush, spans), "the child's flush: \(flush)")
  for index in spans..<2 * spans { processor.onEnd(span(number, index)) }
  let report = processor.shutdownBlocking(within: .seconds(20))
  check(delivered(report, 2 * spans), "the child's end: \(report)")
  exit(0)
}

private func makeProcessor(_ options: Options) -> BatchSpanProcessor {
  var batch = BatchConfiguration()
  batch.overflow = .block(upTo: .seconds(10))
  batch.scheduleDelay = .seconds(60)
  do {
    return try BatchSpanProcessor(exporter: options.makeExporter(options.exporter), configuration: batch)
  } catch {
    fail("\(error)")
  }
}

/// Forks repeatedly while threads end spans. Every child ends one span on the inherited processor, and every tenth child
/// exports the span.
func forkLoop(_ options: Options) {
  let (forks, threads) = (options.number("forks", 200), options.number("threads", 4))
  var batch = BatchConfiguration()
  batch.maxQueueSize = 8192
  let processor: BatchSpanProcessor
  do {
    processor = try BatchSpanProcessor(exporter: options.makeExporter(options.exporter), configuration: batch)
  } catch {
    fail("\(error)")
  }
  let stop = Flag()
  let ended = Flag()
  // Before the first fork, what is initialized once (globals, Swift's metadata, the C libraries) is used once: its
  // initialization holds locks that no fork handler releases.
  processor.onEnd(span(0, 0))
  ended.add()
  check(processor.forceFlushBlocking(within: .seconds(20)).isComplete, "the first flush")
  let producers = (1...threads).map { number in
    startThread {
      let sample = span(number, 0)
      while stop.count == 0 {
        processor.onEnd(sample)
        ended.add()
        if ended.count % 64 == 0 { usleep(200) }
      }
    }
  }
  for number in 0..<forks { forkOnce(processor, exports: number % 10 == 0) }
  stop.add()
  for thread in producers { pthread_join(thread, nil) }
  let ledger = processor.shutdownBlocking(within: .seconds(20)).ledger
  check(ledger.isBalanced && ledger.ended == ended.count, "the parent's ledger: \(ledger), ended \(ended.count)")
  check(ledger.exported > 0 && ledger.dropped.keys.allSatisfy { $0 == .queueFull }, "the parent lost: \(ledger)")
  printLine("done exported=\(ledger.exported)")
}

private func forkOnce(_ processor: BatchSpanProcessor, exports: Bool) {
  let id = fork()
  check(id >= 0, "fork: \(errno)")
  if id == 0 {
    alarm(20)
    processor.onEnd(span(99, 0))
    if exports {
      let report = processor.shutdownBlocking(within: .seconds(10))
      check(delivered(report, 1), "the child's end: \(report)")
    }
    _exit(0)
  }
  reap(id)
}

/// Forks while every loop of many runtimes is blocked, and prints the duration of the fork in milliseconds.
func forkBlockedLoops(_ options: Options) {
  let (begun, stop) = (Flag(), Flag())
  let loops = options.number("loops", 50)
  for _ in 0..<loops {
    do {
      let lease = try TelemetryRuntime(.development).acquire()
      Task(executorPreference: lease.loop) {
        begun.add()
        while stop.count == 0 { usleep(1000) }
        lease.end()
      }
    } catch {
      fail("\(error)")
    }
  }
  while begun.count < loops { usleep(1000) }
  let start = MonotonicInstant.system
  let id = fork()
  if id == 0 { _exit(0) }
  let time = MonotonicInstant.system - start
  stop.add()
  reap(id)
  printLine("done milliseconds=\(Int(time / .milliseconds(1)))")
}

/// Forks on the runtime's loop. The child continues on the loop.
func forkOnLoop(_ options: Options) {
  let configuration = options.exporter
  _ = startThread {
    while true { sleep(1000) }
  }
  Task.detached {
    do {
      try await withTelemetryRuntime { runtime in
        let processor = try BatchSpanProcessor(
          exporter: options.makeExporter(configuration, runtime: runtime), runtime: runtime)
        for index in 0..<10 { processor.onEnd(span(0, index)) }
        check(delivered(await processor.forceFlush(within: .seconds(20)), 10), "the first flush")
        for index in 10..<20 { processor.onEnd(span(0, index)) }
        let id = fork()
        if id == 0 { alarm(30) }
        let number = id == 0 ? 1 : 0
        for index in 20..<30 { processor.onEnd(span(number, index)) }
        let report = await processor.shutdown(within: .seconds(20))
        check(delivered(report, id == 0 ? 10 : 30), "\(id == 0 ? "child" : "parent"): \(report)")
        if id == 0 { exit(0) }
        reap(id)
        printLine("done")
        exit(0)
      }
    } catch {
      fail("\(error)")
    }
  }
  while true { sleep(1000) }
}

/// Forks while an ended loop still gets jobs. Each child adds a job.
func lateForks(_ options: Options) {
  let loop: TelemetryLoop
  do {
    let lease = try TelemetryRuntime(.development).acquire()
    loop = lease.loop
    lease.end()
  } catch {
    fail("\(error)")
  }
  let (begun, ended, stop) = (Flag(), Flag(), Flag())
  let producer = startThread {
    while stop.count == 0 {
      begun.add()
      Task(executorPreference: loop) { ended.add() }
      if begun.count % 16 == 0 { usleep(100) }
    }
  }
  for _ in 0..<options.number("forks", 100) {
    let id = fork()
    check(id >= 0, "fork: \(errno)")
    if id == 0 {
      alarm(20)
      let done = Flag()
      Task(executorPreference: loop) { done.add() }
      while done.count == 0 { usleep(100) }
      _exit(0)
    }
    reap(id)
  }
  stop.add()
  pthread_join(producer, nil)
  alarm(20)
  while ended.count < begun.count { usleep(1000) }
  printLine("done")
}

/// A counter that threads share.
final class Flag: Sendable {
  private let value = Atomic<Int>(0)
  var count: Int { value.load(ordering: .relaxed) }
  func add() { value.add(1, ordering: .relaxed) }
}
