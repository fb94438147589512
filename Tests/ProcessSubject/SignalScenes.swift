import Glibc
import OTLPGRPC
import OTLPTesting

/// The handler and the flags of each signal; nil for signals that the C library reserves.
private func dispositions() -> [[UInt]?] {
  (1..<65).map { number in
    var action = sigaction()
    guard sigaction(Int32(number), nil, &action) == 0 else { return nil }
    let handler = withUnsafeBytes(of: &action.__sigaction_handler) { $0.load(as: UInt.self) }
    return [handler, UInt(UInt32(bitPattern: action.sa_flags))]
  }
}

/// Exports, and checks that the signal handlers and the caller's mask stay the same.
func signals(_ options: Options) {
  let before = dispositions()
  var maskBefore = sigset_t()
  pthread_sigmask(SIG_SETMASK, nil, &maskBefore)
  export(options, spans: 1000)
  var mask = sigset_t()
  pthread_sigmask(SIG_SETMASK, nil, &mask)
  let after = dispositions()
  for number in 1..<65 {
    check(
      after[number - 1] == before[number - 1], "the handler of signal \(number) changed: \(after[number - 1] ?? [])")
  }
  check((1..<65).allSatisfy { sigismember(&mask, $0) == sigismember(&maskBefore, $0) }, "the signal mask changed")
  printLine("done")
}

/// Exports while frequent signals interrupt system calls.
func interrupts(_ options: Options) {
  var action = sigaction()
  action.__sigaction_handler.sa_handler = { _ in }
  for signal in [SIGALRM, SIGPROF] { check(sigaction(signal, &action, nil) == 0, "sigaction") }
  var every = itimerval()
  every.it_interval.tv_usec = 700
  every.it_value.tv_usec = 700
  for timer in [ITIMER_REAL, ITIMER_PROF] {
    check(setitimer(__itimer_which_t(timer.rawValue), &every, nil) == 0, "setitimer")
  }
  for _ in 0..<5 { export(options, spans: 2000) }
  printLine("done")
}

/// Exports to a server that closes connections. A SIGPIPE would end the process.
func closedPeers(_ options: Options) {
  check(dispositions()[Int(SIGPIPE) - 1]?.first == 0, "SIGPIPE isn't at its default")
  export(options, spans: options.number("spans", 20_000))
  printLine("done")
}

/// Writes warnings to a standard error without a reader.
func closedStandardError(_ options: Options) {
  var pipes: [Int32] = [0, 0]
  pipe(&pipes)
  dup2(pipes[1], 2)
  close(pipes[0])
  close(pipes[1])
  do {
    let exporter = try options.makeExporter(options.exporter)
    let processor = try BatchSpanProcessor(exporter: exporter)
    processor.onEnd(span(1, 0))
    // No server listens at the endpoint. The exporter warns on its thread, the processor on this thread.
    _ = processor.shutdownBlocking(within: .milliseconds(300))
    processor.onEnd(span(1, 1))
    Diagnostics.standardError.emit(.warning, "a warning without a reader")
  } catch {
    fail("\(error)")
  }
  printLine("done")
}

/// Exports without standard files, as a daemon does. The process's output must not reach the server.
func withoutStandardFiles(_ options: Options) {
  let kept = fcntl(1, F_DUPFD, 10)
  for descriptor: Int32 in 0...2 { close(descriptor) }
  export(options, spans: 10)
  let taken = (Int32(0)...2).filter { fcntl($0, F_GETFD) >= 0 }
  dup2(kept, 1)
  dup2(kept, 2)
  check(taken.isEmpty, "telemetry took \(taken)")
  printLine("done")
}

/// Exports the spans, shuts down and checks that all arrived.
func export(_ options: Options, spans: Int) {
  var batch = BatchConfiguration()
  batch.overflow = .block(upTo: .seconds(20))
  do {
    let processor = try BatchSpanProcessor(exporter: options.makeExporter(options.exporter), configuration: batch)
    for index in 0..<spans { processor.onEnd(span(1, index)) }
    let report = processor.shutdownBlocking(within: .seconds(30))
    check(delivered(report, spans), "the export: \(report)")
  } catch {
    fail("\(error)")
  }
}

/// Exports, waits for the timers and then sleeps for `seconds`. The prints mark the sleep in a trace of system calls.
func idle(_ options: Options) {
  let runtime: TelemetryRuntime
  let processor: BatchSpanProcessor
  do {
    var threads = TelemetryRuntime.Configuration()
    threads.threadKeepAlive = .seconds(1)
    runtime = try TelemetryRuntime(threads)
    var configuration = options.exporter
    configuration.timeout = .seconds(1)
    processor = try BatchSpanProcessor(
      exporter: options.makeExporter(configuration, runtime: runtime), runtime: runtime)
  } catch {
    fail("\(error)")
  }
  for index in 0..<1000 { processor.onEnd(span(1, index)) }
  check(delivered(processor.forceFlushBlocking(within: .seconds(20)), 1000), "the flush")
  sleep(UInt32(options.number("settle", 3)))
  printLine("idle begins")
  sleep(UInt32(options.number("seconds", 15)))
  printLine("idle ends")
  processor.onEnd(span(1, 1000))
  check(delivered(processor.shutdownBlocking(within: .seconds(20)), 1001), "the end")
  printLine("done")
}
