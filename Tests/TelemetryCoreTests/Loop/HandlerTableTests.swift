import TestThreads
import Testing

@testable import TelemetryCore

@Suite(.ownThreads) struct HandlerTableTests {
  @Test func aTokenNeverFindsAnotherHandler() {
    var table = HandlerTable()
    var old: [HandlerToken] = []
    for _ in 0..<100 {
      let handler = CallbackHandler()
      let token = table.add(handler)
      #expect(table[token] === handler && table.count == 1)
      #expect(!old.contains(token) && old.allSatisfy { table[$0] == nil })
      #expect(table.remove(token) === handler && table.remove(token) == nil && table.count == 0)
      old.append(token)
    }
    #expect(table[.none] == nil)
  }

  @Test func allHandlersAreRemovedAtOnce() {
    var table = HandlerTable()
    let tokens = (0..<3).map { _ in table.add(CallbackHandler()) }
    _ = table.remove(tokens[1])
    #expect(table.removeAll().count == 2 && table.count == 0)
    #expect(tokens.allSatisfy { table[$0] == nil })
  }
}
