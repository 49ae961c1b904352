/** The links to the other pages. */

/** They keep language and theme, where the address names them. @param {Record<string, string>} page  What only the page reads from the URL. */
export function dressLinks(page) {
  const kept = new URLSearchParams(Object.entries(page).filter(([name]) => name === "lang" || name === "theme"));
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".page-link"))) {
    const address = new URL(link.href);
    address.search = String(kept);
    link.href = address.href;
  }
}
