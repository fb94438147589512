import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct RefusalsTests {
  /// Requests by their names, in order: `-a` is refused, `+a` is taken.
  private func answers(_ requests: String) -> (reports: [Bool], text: String?) {
    var refusals = Refusals()
    let reports = requests.split(separator: " ").map { request in
      let key = Refusals.Key(request.dropFirst(), items: 3)
      return request.hasPrefix("-") ? refusals.refused(key) : refusals.taken(key)
    }
    return (reports, refusals.text)
  }

  @Test(
    "a request that is tried five times counts its items once, and one that is taken at last doesn't count",
    arguments: [
      ("", nil), ("+a", nil), ("-a", "3 items were refused (1 request, 1 try)"),
      ("-a -a -a -a -a", "3 items were refused (1 request, 5 tries)"),
      ("-a -a -b", "6 items were refused (2 requests, 3 tries)"),
      ("-a -b +a", "3 items were refused (1 request, 2 tries)"),
      ("-a +b -a +a", nil),
    ])
  func text(_ requests: String, _ text: String?) {
    #expect(answers(requests).text == text)
  }

  @Test("the first refusal and the recovery are reported")
  func reports() {
    #expect(answers("+a -b -b -c +d +b -e").reports == [false, true, false, false, true, false, true])
  }

  @Test("rejected items count, although their requests were taken")
  func rejections() {
    var refusals = Refusals()
    let reports = [refusals.rejected(1), refusals.rejected(2)]
    #expect(reports == [true, false])
    #expect(refusals.text == "3 items were rejected")
    _ = refusals.refused(Refusals.Key("a", items: 1))
    #expect(refusals.text == "1 item was refused (1 request, 1 try), 3 items were rejected")
  }
}
