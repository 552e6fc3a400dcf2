package dev.touchstone.benchmarks.experiment.report;

import java.util.List;

/**
 * Numbers.
 *
 * @param caption what they are
 * @param head names of the columns
 * @param rows each as long as the head; the first cell names the row
 */
public record Table(String caption, List<String> head, List<List<String>> rows) implements Block {
    /** Copies the lists. */
    public Table {
        head = List.copyOf(head);
        rows = rows.stream().map(List::copyOf).toList();
    }

    @Override
    public String html() {
        String name = Html.escape(caption);
        StringBuilder html = new StringBuilder("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\""
                + name + "\"><table><caption>" + name + "</caption>\n<thead><tr>");
        head.forEach(cell ->
                html.append("<th scope=\"col\">").append(Html.escape(cell)).append("</th>"));
        html.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : rows) {
            html.append("<tr>");
            for (int i = 0; i < row.size(); i++) {
                html.append(i == 0 ? "<th scope=\"row\">" : "<td>")
                        .append(Html.escape(row.get(i)))
                        .append(i == 0 ? "</th>" : "</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody></table></div>\n").toString();
    }
}
