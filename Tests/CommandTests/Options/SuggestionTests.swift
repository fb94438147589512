import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct SuggestionTests {
  @Test(
    arguments: [
      ("--endpiont", "--endpoint"), ("--shutdwn-timeout", "--shutdown-timeout"), ("--ratee", "--rate"), ("--x", nil),
      ("", nil), (String(repeating: "a", count: 1000), nil), ("--SPANS", "--spans"),
    ] as [(String, String?)])
  func theMostSimilarWordIsSuggested(_ word: String, _ expected: String?) {
    let words = ["--endpoint", "--shutdown-timeout", "--rate", "--spans", "--batch"]
    #expect(Suggestion.nearest(to: word, among: words) == expected)
  }

  @Test func theDistanceIsTheNumberOfMistakes() {
    for (left, right, expected) in [
      ("", "", 0), ("", "abc", 3), ("abc", "abd", 1), ("ab", "ba", 1), ("load", "laod", 1), ("kitten", "sitting", 3),
    ] {
      #expect(Suggestion.distance(Array(left.utf8), Array(right.utf8)) == expected)
      #expect(Suggestion.distance(Array(right.utf8), Array(left.utf8)) == expected)
    }
  }
}
