// SPDX-License-Identifier: Apache-2.0
// What the tests of the pages look at, inside of the browser: put in by its own protocol, which no policy of a page holds.

const isShown = ({ width, height }) => width > 0 && height > 0;

globalThis.look = {
  unfold() {
    for (const details of document.querySelectorAll('details')) details.open = true;
  },

  /** What is wider than it may be, cut off, or outside of the page. */
  misplaced() {
    const wrong = [...document.querySelectorAll('body *')].filter((element) => {
      const box = element.getBoundingClientRect();
      if (element.classList.contains('skip') || !isShown(box)) return false;
      const style = getComputedStyle(element);
      const isCut =
        (style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) ||
        (style.overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 1) ||
        style.textOverflow === 'ellipsis';
      return isCut || box.left < -0.5 || box.right > innerWidth + 0.5;
    });
    return [
      ...(document.documentElement.scrollWidth > innerWidth ? ['the page'] : []),
      ...wrong.map((element) => `${element.tagName} ${element.className}`),
    ];
  },

  /** What a page of ours has never more than one of: its script. */
  foreignElements() {
    return document.querySelectorAll('script, style, img, iframe, object, svg, [style], [onclick], [onerror]')
      .length;
  },

  /** The names and values of arguments that a person sees without doing anything. */
  told() {
    const found = document.querySelectorAll('.arguments .value, .arguments dt > bdi, .arguments dt > em');
    return [...found]
      .filter((element) => element.closest('details') === null)
      .filter(
        (element) =>
          isShown(element.getBoundingClientRect()) && getComputedStyle(element).visibility === 'visible',
      )
      .map((element) => element.textContent);
  },

  async faults() {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => {
      const where = nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`);
      return `${id}: ${where.join(' | ').slice(0, 800)}`;
    });
  },

  focused() {
    return document.activeElement === document.body ? 'nothing' : document.activeElement?.textContent?.trim();
  },
};
