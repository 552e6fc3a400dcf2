package dev.touchstone.quickstart.docs;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What describes topics and rights to others is what the catalogue and the table of rights say. */
class GeneratedContractsTest {
    @Test
    void shouldDescribeEveryTopicWhenTheCatalogueChanges() throws IOException {
        GeneratedFile.check("docs/asyncapi.yaml", new AsyncApi().text());
    }

    @Test
    void shouldGiveTheChartItsTopicsWhenTheCatalogueChanges() throws IOException {
        GeneratedFile.check("docker/helm/touchstone/files/topics.yaml", ChartData.topics());
    }

    @Test
    void shouldGiveTheChartItsRightsWhenTheTableChanges() throws IOException {
        GeneratedFile.check("docker/helm/touchstone/files/rights.yaml", ChartData.rights());
    }
}
