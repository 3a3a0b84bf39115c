package dev.sluice.engine.tokenizer;

import dev.sluice.engine.tokenizer.SpecialTokens.Match;
import dev.sluice.engine.tokenizer.SpecialTokens.Special;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Byte-level byte-pair encoding, as GPT-2 introduced it: special tokens are cut out, the text
 * between them is split into pieces, each piece's UTF-8 bytes become symbols, and adjacent symbols
 * are merged by rank.
 */
final class BytePairTokenizer implements Tokenizer {
  private static final int NO_TOKEN = -1;

  private final List<String> pieces;
  private final byte[][] bytes;
  private final BitSet controlIds;
  private final SpecialTokens specials;
  private final PreTokenizer pre;
  private final MergeTable merges;
  private final int[] idOfByte;
  private final Map<String, Integer> wholePieces;
  private final OptionalInt bosId;
  private final int[] eosIds;
  private final boolean addBos;

  BytePairTokenizer(TokenizerMetadata metadata) {
    requireConsistent(metadata);
    this.pre = PreTokenizer.named(metadata.pre());
    this.pieces = List.copyOf(metadata.tokens());
    this.bytes = new byte[pieces.size()][];
    this.controlIds = new BitSet(pieces.size());
    this.specials = new SpecialTokens(readTokens(metadata.tokenTypes()));
    Map<String, Integer> idOfPiece = idsByPiece(metadata.tokenTypes());
    this.merges = MergeTable.of(metadata.merges(), idOfPiece);
    this.idOfByte = idsOfBytes(idOfPiece);
    this.wholePieces = pre.wholePiecesFirst() ? idOfPiece : Map.of();
    this.bosId = metadata.bosId();
    this.eosIds = metadata.eosIds().clone();
    this.addBos = metadata.addBos();
  }

  private static void requireConsistent(TokenizerMetadata metadata) {
    int size = metadata.tokens().size();
    if (size == 0 || metadata.tokenTypes().length != size) {
      throw new IllegalArgumentException(
          "the vocabulary has %d tokens and %d token types; there must be as many, and at least one"
              .formatted(size, metadata.tokenTypes().length));
    }
    metadata.bosId().ifPresent(id -> requireInVocabulary("bos", id, size));
    for (int id : metadata.eosIds()) {
      requireInVocabulary("eos", id, size);
    }
    if (metadata.addBos() && metadata.bosId().isEmpty()) {
      throw new IllegalArgumentException(
          "prompts should start with a bos token, but there is none");
    }
  }

  private static void requireInVocabulary(String role, int id, int size) {
    if (id < 0 || id >= size) {
      throw new IllegalArgumentException(
          "%s token id %d is outside the vocabulary [0, %d)".formatted(role, id, size));
    }
  }

  /** Fills in what each id stands for, and returns those that are matched as whole text. */
  private List<Special> readTokens(int[] types) {
    List<Special> found = new ArrayList<>();
    for (int id = 0; id < types.length; id++) {
      String piece = pieces.get(id);
      boolean control = types[id] == TokenizerMetadata.CONTROL;
      if (control || types[id] == TokenizerMetadata.USER_DEFINED) {
        found.add(new Special(piece, id, control));
        bytes[id] = piece.getBytes(StandardCharsets.UTF_8);
      } else {
        bytes[id] = ByteAlphabet.bytes(piece);
      }
      controlIds.set(id, control);
    }
    return found;
  }

  private Map<String, Integer> idsByPiece(int[] types) {
    Map<String, Integer> ids = HashMap.newHashMap(types.length);
    for (int id = 0; id < types.length; id++) {
      // Padding to a round size may repeat a spelling; nothing is ever encoded as padding.
      Integer earlier =
          types[id] == TokenizerMetadata.UNUSED ? null : ids.putIfAbsent(pieces.get(id), id);
      if (earlier != null) {
        throw new IllegalArgumentException(
            "tokens %d and %d are both spelled '%s'".formatted(earlier, id, pieces.get(id)));
      }
    }
    return ids;
  }

  private static int[] idsOfBytes(Map<String, Integer> idOfPiece) {
    int[] ids = new int[256];
    for (int value = 0; value < ids.length; value++) {
      String spelling = String.valueOf(ByteAlphabet.charOf(value));
      ids[value] = idOfPiece.getOrDefault(spelling, NO_TOKEN);
    }
    return ids;
  }

  @Override
  public int vocabularySize() {
    return pieces.size();
  }

  @Override
  public int[] encode(PromptText prompt) {
    PromptText wellFormed = new PromptText(Utf8.wellFormed(prompt.text()), prompt.trusted());
    return new Encoding(wellFormed).run();
  }

  @Override
  public byte[] bytes(int tokenId) {
    return bytes[Objects.checkIndex(tokenId, bytes.length)].clone();
  }

  @Override
  public boolean isControl(int tokenId) {
    return controlIds.get(Objects.checkIndex(tokenId, bytes.length));
  }

  @Override
  public String piece(int tokenId) {
    return pieces.get(tokenId);
  }

  @Override
  public OptionalInt bosId() {
    return bosId;
  }

  @Override
  public boolean addBos() {
    return addBos;
  }

  @Override
  public int[] eosIds() {
    return eosIds.clone();
  }

  @Override
  public String decode(int[] tokenIds, boolean skipControl) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int id : tokenIds) {
      if (!(skipControl && isControl(id))) {
        text.writeBytes(bytes[Objects.checkIndex(id, bytes.length)]);
      }
    }
    return Utf8.decode(text.toByteArray(), 0, text.size());
  }

  /** One call's working memory. */
  private final class Encoding {
    private final String text;
    private final SpecialTokens.Scanner scanner;
    private final PairMerger merger = new PairMerger(merges);
    private final IntList ids = new IntList();

    Encoding(PromptText prompt) {
      this.text = prompt.text();
      this.scanner = specials.new Scanner(prompt);
    }

    int[] run() {
      int position = 0;
      for (Match match = scanner.next(0); match != null; match = scanner.next(position)) {
        encodeText(position, match.start());
        ids.add(match.tokenId());
        position = match.end();
      }
      encodeText(position, text.length());
      return ids.toArray();
    }

    private void encodeText(int start, int end) {
      for (int i = start; i < end; ) {
        int pieceEnd = pre.splitter().pieceEnd(text, i, end);
        encodePiece(i, pieceEnd);
        i = pieceEnd;
      }
    }

    private void encodePiece(int start, int end) {
      Integer whole = wholePieces.isEmpty() ? null : wholePiece(start, end);
      if (whole != null) {
        ids.add(whole);
        return;
      }
      for (int i = start; i < end; ) {
        int codePoint = text.codePointAt(i);
        Utf8.forEachByte(codePoint, this::addByte);
        i += Character.charCount(codePoint);
      }
      merger.finish(ids);
    }

    private @Nullable Integer wholePiece(int start, int end) {
      byte[] utf8 = text.substring(start, end).getBytes(StandardCharsets.UTF_8);
      StringBuilder spelling = new StringBuilder(utf8.length);
      for (byte value : utf8) {
        spelling.append(ByteAlphabet.charOf(value));
      }
      return wholePieces.get(spelling.toString());
    }

    /** A byte that the vocabulary can't spell is left out, as the reference tokenizers do. */
    private void addByte(int value) {
      if (idOfByte[value] != NO_TOKEN) {
        merger.add(idOfByte[value]);
      }
    }
  }
}
