import { describe, expect, it } from 'vitest';
import { parseXmlBody } from './xml-body.ts';

const origin = { part: 'XmlDecoder', stream: 'orders', shown: (text: string) => text };
const parsed = (text: string) => parseXmlBody(text, origin);

describe('an XML body', () => {
  it('becomes what xmltodict makes of it', () => {
    const text = `<?xml version="1.0"?>
      <!-- a comment -->
      <root xmlns:x="urn:x">
        <location id="123">
          San Francisco
        </location>
        <item id="1" category="books"><name>Title 1</name><price>10.99</price></item>
        <item id="2"><name>Gadget</name><x:price/></item>
        <item>plain</item>
        <empty/><blank>  </blank><flag on="yes"/>
      </root>`;
    expect(parsed(text)).toEqual({
      root: {
        '@xmlns:x': 'urn:x',
        location: { '@id': '123', '#text': 'San Francisco' },
        item: [
          { '@id': '1', '@category': 'books', name: 'Title 1', price: '10.99' },
          { '@id': '2', name: 'Gadget', 'x:price': null },
          'plain',
        ],
        empty: null,
        blank: null,
        flag: { '@on': 'yes' },
      },
    });
  });

  it('joins the text around children, and takes CDATA literally', () => {
    expect(parsed('<a>one<b>2</b>three</a>')).toEqual({ a: { b: '2', '#text': 'onethree' } });
    expect(parsed('<a>x &amp; <![CDATA[<b> &amp; ]]>y</a>')).toEqual({ a: 'x & <b> &amp; y' });
  });

  it('resolves the entities of the standard and characters, in attributes too', () => {
    expect(parsed('<a b="&quot;&#65;&#x1F600;">&lt;&#38;amp;&gt;</a>')).toEqual({
      a: { '@b': '"A😀', '#text': '<&amp;>' },
    });
  });

  it('does not expand entities that the document declares, and takes none from elsewhere', () => {
    const declared = '<!DOCTYPE z [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><z>&b;</z>';
    expect(parsed(declared)).toEqual({ z: '&b;' });
    expect(() => parsed('<!DOCTYPE z [<!ENTITY f SYSTEM "file:///etc/passwd">]><z>&f;</z>')).toThrow(/no XML/);
  });

  it('refuses elements that are named like members of objects', () => {
    expect(() => parsed('<a><__proto__><x>1</x></__proto__></a>')).toThrow(/no XML/);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });

  it.each(['<a><b></a>', '<a>', 'plain words', '{"a": 1}'])('is refused as %j', (text) => {
    expect(() => parsed(text)).toThrow(expect.objectContaining({ reason: 'invalid_answer' }) as Error);
  });
});
