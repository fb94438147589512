import Glibc
import OTLPGRPC

/// Makes a runtime, an exporter and a processor, exports, and releases all, `count` times. Checks that all threads end,
/// and prints the bytes in use after each time. The C library must have one arena (MALLOC_ARENA_MAX=1).
func lives(_ options: Options) {
  var sizes: [Int] = []
  let count = options.number("count", 10)
  sizes.reserveCapacity(count)
  for number in 0..<count {
    live(options, number)
    // A thread frees memory when it ends, which takes a moment.
    for _ in 0..<2000 where threadCount() > 1 { usleep(1000) }
    check(threadCount() == 1, "life \(number) leaves \(threadCount() - 1) threads")
    if options.number("measure", 1) == 1 { sizes.append(bytesInUse()) }
  }
  printLine("sizes " + sizes.map(String.init).joined(separator: " "))
  printLine("done")
}

private func live(_ options: Options, _ number: Int) {
  let spans = options.number("spans", 200)
  var exporter = options.exporter
  exporter.compression = number.isMultiple(of: 2) ? .none : .gzip(level: 6)
  exporter.clientCertificate = options.text("certificate").map { .file($0) }
  exporter.clientKey = options.text("key").map { .file($0) }
  var batch = BatchConfiguration()
  batch.maxExportBatchSize = 50
  do {
    // The exporter gets a new runtime, the processor uses the shared one.
    let runtime = try TelemetryRuntime(.init())
    let diagnostics = Diagnostics(minimumLevel: .warning) { fail("life \(number) warns: \($0)") }
    let processor = try BatchSpanProcessor(
      exporter: options.makeExporter(exporter, runtime: runtime, diagnostics: diagnostics), configuration: batch)
    for index in 0..<spans { processor.onEnd(span(number, index)) }
    let flush = processor.forceFlushBlocking(within: .seconds(60))
    check(delivered(flush, spans), "the flush: \(flush)")
    for index in 0..<spans { processor.onEnd(span(number, index)) }
    let end = processor.shutdownBlocking(within: .seconds(60))
    check(delivered(end, 2 * spans), "the end: \(end)")
  } catch {
    fail("\(error)")
  }
}

private func threadCount() -> Int {
  guard let folder = opendir("/proc/self/task") else { fail("no /proc/self/task") }
  defer { closedir(folder) }
  var count = -2  // Without `.` and `..`.
  while readdir(folder) != nil { count += 1 }
  return count
}

/// The memory that the C library got from the system, less the free memory (malloc_info(3)).
private func bytesInUse() -> Int {
  typealias Info = @convention(c) (CInt, UnsafeMutablePointer<FILE>) -> CInt
  var text: UnsafeMutablePointer<CChar>?
  var count = 0
  guard let symbol = dlsym(nil, "malloc_info"), let file = open_memstream(&text, &count) else { fail("no malloc_info") }
  _ = unsafeBitCast(symbol, to: Info.self)(0, file)
  fclose(file)
  defer { free(text) }
  let lines = String(cString: text!).split(separator: "\n")
  func size(_ start: String) -> Int {
    // The last line is the sum of all arenas.
    let words = lines.last { $0.hasPrefix(start) }?.split(separator: "\"") ?? []
    return words.last { Int($0) != nil }.flatMap { Int($0) } ?? 0
  }
  let system = size("<system type=\"current\"")
  check(system > 0, "malloc_info: \(lines)")
  return system - size("<total type=\"fast\"") - size("<total type=\"rest\"")
}

/// Exports once, and ends the process. Prints a line if OpenSSL's clean-up runs at exit.
func openSSLAtExit(_ options: Options) {
  typealias Register = @convention(c) (@convention(c) () -> Void) -> CInt
  do {
    var configuration = options.exporter
    configuration.clientCertificate = options.text("certificate").map { .file($0) }
    configuration.clientKey = options.text("key").map { .file($0) }
    let exporter = try options.makeExporter(configuration)
    let processor = try BatchSpanProcessor(exporter: exporter)
    processor.onEnd(span(0, 0))
    check(delivered(processor.forceFlushBlocking(within: .seconds(60)), 1), "no delivery")
    guard let symbol = dlsym(nil, "OPENSSL_atexit") else { fail("no OpenSSL") }
    _ = unsafeBitCast(symbol, to: Register.self)({ printLine("cleaned up") })
  } catch {
    fail("\(error)")
  }
  printLine("done")
}
