import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What a built page refers to and what isn't there: `guide.html: budgets.html#cost`. Links to the web are not followed. */
export function deadLinks(folder: string): string[] {
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.html') && file !== '404.html');
  const pages = new Map(files.map((file) => [path.join(folder, file), readFileSync(path.join(folder, file), 'utf8')]));
  const anchors = new Map([...pages].map(([file, html]) => [file, new Set(attributes(html, 'id'))]));
  return [...pages].flatMap(([file, html]) =>
    [...new Set([...attributes(html, 'href'), ...attributes(html, 'src')])]
      .filter((href) => !/^([a-z]+:|\/\/)/i.test(href) && !isThere(file, href))
      .map((href) => `${path.relative(folder, file)}: ${href}`),
  );

  function isThere(from: string, href: string): boolean {
    const [pathname = '', hash] = href.split('#').map((part) => decodeURIComponent(part));
    const base = pathname.startsWith('/') ? path.join(folder, pathname) : path.resolve(path.dirname(from), pathname);
    const target = pathname === '' ? from : base.endsWith('/') || base === folder ? path.join(base, 'index.html') : base;
    if (!hash) return existsSync(target);
    return anchors.get(target)?.has(hash) ?? false;
  }
}

// --- helpers ---

const attributes = (html: string, name: string): string[] =>
  [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value.replaceAll('&amp;', '&'));
