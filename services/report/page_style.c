/* page_style.c - the pages' one style sheet, light, dark and print, and the head that allows it and nothing else. */
#include <sodium.h>

#include "page.h"

static const char style[] =
    ":root{color-scheme:light dark;--bg:#fdfdfb;--fg:#1b1c1e;--soft:#55595f;--line:#d5d6d2;--link:#0b4f9c;--mark:#fff0a8;--hit:#ffc94d;--alarm:#a31515;"
    "--panel:#f3f3ef}\n"
    "@media (prefers-color-scheme:dark){:root{--bg:#16181b;--fg:#e6e6e3;--soft:#a8adb4;--line:#3a3e44;--link:#8ec2ff;--mark:#4a4010;--hit:#7a5c00;"
    "--alarm:#ff9a8f;--panel:#1f2226}}\n"
    "*{box-sizing:border-box}\n"
    "html{background:var(--bg);color:var(--fg);font:1rem/1.55 Charter,Georgia,\"Liberation Serif\",\"DejaVu Serif\",serif;-webkit-text-size-adjust:100%}\n"
    "body{max-width:60rem;margin:0 auto;padding:1.25rem 1.25rem 4rem;overflow-wrap:anywhere}\n"
    "h1{font-size:1.9rem;line-height:1.2;margin:.4rem 0}\n"
    "h2{font-size:1.25rem;margin:2.4rem 0 .6rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}\n"
    "h3{font-size:1.05rem;margin:1.4rem 0 .4rem}\n"
    "a{color:var(--link);text-underline-offset:.15em}\n"
    "a:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}\n"
    "a.w{color:inherit;text-decoration-color:var(--line)}\n"
    "a.w:hover{text-decoration-color:var(--link)}\n"
    ".c{font:.75rem/1 system-ui,sans-serif;display:inline-block;min-width:1.5em;padding:.2em .35em;text-align:center;border:1px solid var(--line);"
    "border-radius:.3em;text-decoration:none;vertical-align:.1em}\n"
    "q{quotes:\"\\201C\" \"\\201D\" \"\\2018\" \"\\2019\"}\n"
    ".top,.sub,.by,footer,.gap{color:var(--soft);font-size:.9rem}\n"
    ".sub{font-size:1rem}\n"
    "ul{padding-left:1.2rem;margin:.4rem 0}\n"
    "li{margin:.35rem 0}\n"
    ".scroll{overflow-x:auto;margin:.6rem 0}\n"
    "table{border-collapse:collapse;width:100%;font-size:.95rem}\n"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line);overflow-wrap:break-word}\n"
    "th{font:600 .8rem/1.3 system-ui,sans-serif;color:var(--soft)}\n"
    "#clash h2{color:var(--alarm);border-color:var(--alarm)}\n"
    "#clash .scroll{border-left:3px solid var(--alarm);padding-left:.8rem}\n"
    "mark{background:var(--mark);color:inherit}\n"
    "mark:target,mark:target mark{background:var(--hit);outline:2px solid var(--hit)}\n"
    "article{border-top:1px solid var(--line);padding-top:.2rem}\n"
    "article:target>h3{background:var(--mark)}\n"
    ".text{max-width:42rem}\n"
    ".text p{margin:.7rem 0}\n"
    "code{font-size:.85em}\n"
    ".tl{display:block}\n"
    ".tl text{font:12px system-ui,sans-serif;fill:var(--fg)}\n"
    ".tl .gap{font-size:10px;fill:var(--soft)}\n"
    ".tl .axis{stroke:var(--soft);stroke-width:2}\n"
    ".tl .pt line{stroke:var(--line)}\n"
    ".tl circle{fill:var(--link);stroke:var(--link);stroke-width:2}\n"
    ".tl .wide circle{fill:var(--bg)}\n"
    ".tl .plan circle{stroke-dasharray:3 2;fill:var(--bg)}\n"
    "@media (max-width:36rem){body{padding:.8rem .8rem 3rem}h1{font-size:1.5rem}table{min-width:34rem}}\n"
    "@media print{:root{--bg:#fff;--fg:#000;--soft:#333;--line:#999;--link:#000;--mark:#fff;--hit:#fff;--alarm:#000}"
    "html{font-size:10pt}body{max-width:none;padding:0}.scroll{overflow:visible}mark{border-bottom:1px solid #777}"
    "h2,h3{break-after:avoid}tr,li{break-inside:avoid}.top a{display:none}table{min-width:0}}\n";

struct slice page_style(void)
{
    return (struct slice){style, sizeof style - 1};
}

enum err page_head(struct buf *out, struct slice title, const char *up)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char base64[PAGE_STYLE_HASH];
    struct slice css = page_style();
    crypto_hash_sha256(hash, (const unsigned char *)css.ptr, css.len);
    sodium_bin2base64(base64, sizeof base64, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
    buf_str(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    buf_printf(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
                    "form-action 'none'\">\n", base64);
    buf_str(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    page_escape(out, title);
    buf_printf(out, "</title>\n<link rel=\"alternate\" type=\"application/atom+xml\" title=\"Stories\" href=\"%sfeed.atom\">\n<style>", up);
    buf_put(out, css);
    return buf_str(out, "</style>\n</head>\n<body>\n");
}
