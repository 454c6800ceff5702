import Sequencer from "@jest/test-sequencer";

/** Stories and histories run first: they take minutes, and one that begins last leaves the other worker with nothing to do. */
export default class StoriesFirst extends Sequencer {
  sort(tests) {
    const isStory = ({ path }) => /\/e2e\//.test(path);
    const ordered = super.sort(tests);
    return [...ordered.filter(isStory), ...ordered.filter((test) => !isStory(test))];
  }
}
