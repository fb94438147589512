import Glibc
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct CommandEndTests {
  @Test(
    "the exit code follows the shells' rules",
    arguments: [
      (CommandEnd.exited(code: 0), 0, nil, nil), (.exited(code: 3), 3, "3", "exit code 3"),
      (.signalled(number: SIGTERM), 143, "SIGTERM", "ended by SIGTERM"),
      (.signalled(number: 40), 168, "signal 40", "ended by signal 40"),
      (.notStarted(error: ENOENT), 127, "not_found", "command not found"),
      (.notStarted(error: EACCES), 126, "not_executable", "Permission denied"),
      (.notStarted(error: E2BIG), 126, "not_executable", "Argument list too long"),
    ] as [(CommandEnd, Int32, String?, String?)])
  func meaning(_ end: CommandEnd, _ code: Int32, _ type: String?, _ failure: String?) {
    #expect(end.exitCode == code && end.errorType == type && end.failure == failure)
  }

  @Test func aStatusOfWaitpidIsRead() {
    #expect(CommandEnd(status: 0x0300) == .exited(code: 3) && CommandEnd(status: 0xFF00) == .exited(code: 255))
    #expect(CommandEnd(status: 9) == .signalled(number: 9) && CommandEnd(status: 0x80 | 6) == .signalled(number: 6))
  }
}
